import type { HookContext, SandboxHookEvent } from '../hooks-port.ts';
import type { HookType } from './action-file.ts';
import { evaluateCondition } from './condition.ts';
import type { NanoClock } from './timestamp.ts';
import type { Transport } from './transport.ts';
import { callWebhook, type Webhook, type WebhookResult } from './webhook.ts';

/** One hook, ready to run. */
export interface HookTask {
  readonly hookRunId: string;
  readonly action: string;
  readonly hookId: string;
  readonly type: HookType;
  readonly condition: string;
  /** Null for the types that the stand-in does not run. */
  readonly webhook: Webhook | null;
}

/** How one hook ended; times in nanoseconds since 1970, both 0 for a skipped one. */
export interface TaskResult {
  readonly hookRunId: string;
  readonly action: string;
  readonly hookId: string;
  readonly startedAt: bigint;
  readonly endedAt: bigint;
  readonly status: 'completed' | 'failed' | 'skipped';
  /** The line of the client's error message; null unless failed. */
  readonly error: string | null;
  /** True when the hook itself failed, as opposed to its `if`. */
  readonly rejected: boolean;
  readonly log: Buffer;
}

export interface TaskSurroundings {
  readonly event: SandboxHookEvent;
  readonly context: HookContext;
  readonly transport: Transport;
  readonly clock: NanoClock;
}

export interface TaskResults {
  readonly all: readonly TaskResult[];
  /** The first failure of each action, in the order in which the actions came to their ends. */
  readonly failures: readonly TaskResult[];
}

/** Runs the actions side by side and the hooks of each in order. */
export async function runTasks(
  actions: readonly (readonly HookTask[])[],
  surroundings: TaskSurroundings,
): Promise<TaskResults> {
  const failures: TaskResult[] = [];
  const results = await Promise.all(
    actions.map(async (tasks) => {
      const ended: TaskResult[] = [];
      for (const task of tasks) {
        const failed = ended.some((result) => result.status === 'failed');
        ended.push(await runTask(task, failed, surroundings));
      }
      const first = ended.find((result) => result.status === 'failed');
      if (first !== undefined) failures.push(first);
      return ended;
    }),
  );
  return { all: results.flat(), failures };
}

async function runTask(task: HookTask, failed: boolean, surroundings: TaskSurroundings): Promise<TaskResult> {
  const { hookRunId, action, hookId } = task;
  const decision = evaluateCondition(task.condition, failed);
  if (decision.ok && !decision.value) {
    const unused = { startedAt: 0n, endedAt: 0n, error: null, rejected: false, log: Buffer.alloc(0) };
    return { hookRunId, action, hookId, status: 'skipped', ...unused };
  }
  const startedAt = surroundings.clock.now();
  const called = decision.ok ? await call(task, surroundings) : { error: decision.message, log: Buffer.alloc(0) };
  const endedAt = surroundings.clock.now();
  const times = { hookRunId, action, hookId, startedAt, endedAt };
  if (called.error === null) return { ...times, status: 'completed', error: null, rejected: false, log: called.log };
  const reason = decision.ok ? `action failed: ${called.error}` : called.error;
  return {
    ...times,
    status: 'failed',
    error: `hook run id '${hookRunId}' failed on action '${action}' hook '${hookId}': ${reason}`,
    rejected: decision.ok,
    log: Buffer.concat([called.log, Buffer.from(`Error: ${reason}\n`)]),
  };
}

function call(task: HookTask, { event, context, transport, clock }: TaskSurroundings): Promise<WebhookResult> {
  if (task.webhook === null) {
    return Promise.resolve({ error: `the stand-in runs no hooks of type '${task.type}'`, log: Buffer.alloc(0) });
  }
  const sentAt = new Date(Number(clock.now() / 1_000_000n));
  const delivery = { repository: context.repository, action: task.action, hookId: task.hookId, sentAt };
  return callWebhook(transport, task.webhook, event, delivery, context.signal);
}
