import type { ActionFile, HookContext, HookOutcome, HookRunner, SandboxHookEvent } from '../hooks-port.ts';
import { newestFirstId } from '../ids.ts';
import { type Action, type ActionHook, parseActionFile } from './action-file.ts';
import { matchesBranch } from './condition.ts';
import { createRunStore, type RunRecord } from './run-store.ts';
import type { SecretSource } from './secrets.ts';
import { type HookTask, runTasks, type TaskResult } from './tasks.ts';
import { createClock } from './timestamp.ts';
import { closeTransport, openTransport } from './transport.ts';
import { prepareWebhook } from './webhook.ts';

export interface HookRunnerOptions {
  /** Where `{{ ENV.LAKEFSACTION_X }}` in headers and query parameters is looked up. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** A runner with connections of its own, which `close` ends. */
export interface ActionRunner extends HookRunner {
  close(): void;
}

const SECRET_PREFIX = 'LAKEFSACTION_';

/**
 * Runs webhooks as lakeFS does: the texts and statuses are those of the recordings 10 to 27. One habit is left out:
 * lakeFS remembers for some five seconds which action files a ref has; here they are read anew for every event.
 */
export function createHookRunner(options: HookRunnerOptions): ActionRunner {
  const secrets: SecretSource = { environment: options.environment, prefix: SECRET_PREFIX };
  const transport = openTransport();
  const clock = createClock();
  const store = createRunStore();

  const run = async (event: SandboxHookEvent, context: HookContext): Promise<HookOutcome> => {
    const runId = newestFirstId();
    const refuse = ({ status, message }: Refusal): HookOutcome => ({
      ok: false,
      status,
      message: `${event.type} hook aborted, run id '${runId}': ${message}`,
    });
    const loaded = await loadActions(event, context);
    if (!loaded.ok) return refuse(loaded);
    const planned = plan(loaded.actions, secrets);
    if (!planned.ok) return refuse(planned);
    if (planned.actions.length === 0) return { ok: true, runId: null };
    const results = await runTasks(planned.actions, { event, context, transport, clock });
    store.save(context.repository, summarize(runId, event, results.all));
    return results.failures.length === 0 ? { ok: true, runId } : refuse(rejection(results.failures));
  };

  return { ...store.reader, run, nameCommit: store.nameCommit, close: () => closeTransport(transport) };
}

interface Refusal {
  readonly status: number;
  readonly message: string;
}

type Loaded = { readonly ok: true; readonly actions: readonly Action[] } | (Refusal & { readonly ok: false });

/** Reads every action file, then picks those for the event: one bad file stops everything, whatever it is for. */
async function loadActions(event: SandboxHookEvent, context: HookContext): Promise<Loaded> {
  const files = await context.listActionFiles(event.actionsRef).catch((error: unknown) => String(error));
  if (typeof files === 'string') {
    return { ok: false, status: 404, message: 'list actions from commit: listing actions: not found' };
  }
  const read = files.map(readFile);
  const faults = read.filter((file) => !file.ok);
  if (faults.length > 0) {
    const status = faults.some((fault) => fault.status === 404) ? 404 : 500;
    return { ok: false, status, message: listErrors(faults.map((fault) => fault.message)) };
  }
  const actions = read.flatMap((file) => (file.ok ? [file.action] : []));
  const twin = actions.find((action, index) => actions.findIndex((other) => other.name === action.name) < index);
  if (twin !== undefined) {
    return { ok: false, status: 500, message: `action name '${twin.name}' already loaded: invalid action` };
  }
  return match(actions, event);
}

type ReadFile = { readonly ok: true; readonly action: Action } | (Refusal & { readonly ok: false });

function readFile({ path, content }: ActionFile): ReadFile {
  if (content === null) {
    const message = `loading file ${path}: get action file metadata ${path}: not found`;
    return { ok: false, status: 404, message };
  }
  const parsed = parseActionFile(content);
  return parsed.ok ? parsed : { ok: false, status: 500, message: `parsing file ${path}: ${parsed.message}` };
}

function match(actions: readonly Action[], event: SandboxHookEvent): Loaded {
  const matching: Action[] = [];
  for (const action of actions) {
    const branches = action.on.get(event.type);
    if (branches === undefined) continue;
    const decision = matchesBranch(branches, event.branchId ?? '');
    if (!decision.ok) return { ok: false, status: 500, message: decision.message };
    if (decision.value) matching.push(action);
  }
  return { ok: true, actions: matching };
}

type Planned =
  | { readonly ok: true; readonly actions: readonly (readonly HookTask[])[] }
  | (Refusal & { readonly ok: false });

/** Numbers the hooks of the matching actions and fills in their secrets; actions without hooks drop out. */
function plan(actions: readonly Action[], secrets: SecretSource): Planned {
  const planned: HookTask[][] = [];
  for (const [actionIndex, action] of actions.entries()) {
    const tasks: HookTask[] = [];
    for (const [hookIndex, hook] of action.hooks.entries()) {
      const prepared = hook.type === 'webhook' ? prepareWebhook(hook, secrets) : null;
      if (prepared?.ok === false) return { ok: false, status: 500, message: prepared.message };
      const hookRunId = `${fourDigits(actionIndex)}_${fourDigits(hookIndex)}`;
      tasks.push({ hookRunId, action: action.name, ...headOf(hook), webhook: prepared?.webhook ?? null });
    }
    if (tasks.length > 0) planned.push(tasks);
  }
  return { ok: true, actions: planned };
}

function headOf({ id, type, condition }: ActionHook): Pick<HookTask, 'hookId' | 'type' | 'condition'> {
  return { hookId: id, type, condition };
}

function fourDigits(index: number): string {
  return String(index).padStart(4, '0');
}

function summarize(runId: string, event: SandboxHookEvent, hooks: readonly TaskResult[]): RunRecord {
  const ran = hooks.filter((hook) => hook.status !== 'skipped');
  return {
    runId,
    branch: event.branchId ?? '',
    commitId: event.commitId ?? '',
    eventType: event.type,
    startedAt: inOrder(ran.map((hook) => hook.startedAt)).at(0) ?? 0n,
    endedAt: inOrder(ran.map((hook) => hook.endedAt)).at(-1) ?? 0n,
    status: hooks.some((hook) => hook.status === 'failed') ? 'failed' : 'completed',
    hooks,
  };
}

function inOrder(times: readonly bigint[]): readonly bigint[] {
  return times.toSorted((left, right) => Number(left - right));
}

/** 412 when a hook said no, 500 when nothing but the hooks' own conditions failed. */
function rejection(failures: readonly TaskResult[]): Refusal {
  const status = failures.some((failure) => failure.rejected) ? 412 : 500;
  return { status, message: listErrors(failures.map((failure) => failure.error ?? '')) };
}

function listErrors(messages: readonly string[]): string {
  const head = messages.length === 1 ? '1 error occurred:' : `${messages.length} errors occurred:`;
  return `${head}\n${messages.map((message) => `\t* ${message}\n`).join('')}\n`;
}
