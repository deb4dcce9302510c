import { parseGoDuration } from '../../config/go-duration.ts';
import { ACTIONS_FOLDER, ENV_PREFIX, OUR_EVENTS, OUR_HOOK_PATH } from '../../core/action/action-file.ts';
import { formatDuration } from '../../core/action/duration.ts';
import { plural } from '../../core/check/words.ts';
import type { HookEventType } from '../../core/event/hook-event.ts';
import { namesBranch } from './branch-pattern.ts';
import type { KnownSettings } from './examination.ts';
import { type FindingId, named, type Told } from './finding.ts';
import type { GateHook } from './gate-hooks.ts';

/** What the findings about the default branch's action file look at. */
export interface ActionView {
  readonly repository: string;
  readonly defaultBranch: string;
  /** Every hook that calls a Sluice; at least one. */
  readonly hooks: readonly GateHook[];
  /** Governed branches that exist; see `governedBranches`. */
  readonly governed: readonly string[];
  readonly settings: KnownSettings;
}

type Look = (view: ActionView) => Told;

/** The findings about the default branch's action file, each a pure view of what the file says. */
export const ACTION_FINDINGS: Readonly<
  Partial<Record<FindingId, Look>> &
    Record<'action-address' | 'action-token' | 'action-timeouts' | 'action-events' | 'action-branches', Look>
> = {
  'action-address': address,
  'action-token': token,
  'action-timeouts': timeouts,
  'action-events': events,
  'action-branches': branches,
};

/** What is said when no hook calls a Sluice. */
export function noHook(repository: string, branch: string): Told {
  return {
    level: 'fail',
    detail: `no webhook under ${ACTIONS_FOLDER} on ${branch} has an address that ends in ${OUR_HOOK_PATH}: merges are not gated`,
    fix: `sluice init ${repository} --apply`,
  };
}

function address({ hooks, settings, defaultBranch }: ActionView): Told {
  const urls = [...new Set(hooks.map(({ url }) => url))];
  const [url = ''] = urls;
  if (urls.length > 1) {
    return {
      level: 'warn',
      detail: `several: ${named(urls)}`,
      fix: 'One gate is enough: take the others out.',
      items: urls,
    };
  }
  const conditional = hooks.find(({ condition }) => !/^(?:|success\(\)|true)$/.test(condition.trim()));
  if (conditional !== undefined) {
    return {
      level: 'fail',
      detail: `the hook ${conditional.hookId} runs only if ${conditional.condition}`,
      fix: `Take \`if\` out of ${conditional.path} on ${defaultBranch}.`,
    };
  }
  const listen = settings.hook?.listen;
  const { port, protocol, hostname } = new URL(url);
  if (listen === undefined) return { level: 'ok', detail: `${url} (the canary tells whether it is right)` };
  const itsPort = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
  if (listen.port === 0 || itsPort === listen.port) return { level: 'ok', detail: url };
  return {
    level: 'warn',
    detail: `${url}, while the server listens on port ${listen.port}: right only where ${hostname} passes it on`,
    fix: 'The canary tells. Without a proxy, write the port that SLUICE_HOOK_LISTEN has.',
  };
}

function token({ hooks }: ActionView): Told {
  const faults = hooks.flatMap(({ authorization, path }) => {
    if (authorization === null) return [`${path} sends no Authorization header`];
    const [, name] = /^Bearer +\{\{ ?ENV\.(\w+) ?\}\}$/i.exec(authorization) ?? [];
    if (name === undefined && !authorization.includes('{{')) return [`${path} holds the token itself, for all to read`];
    if (name === undefined) return [`${path} has an Authorization that is not "Bearer {{ ENV.${ENV_PREFIX}... }}"`];
    return name.startsWith(ENV_PREFIX) ? [] : [`${path} names ${name}, which lakeFS sends as nothing`];
  });
  if (faults.length === 0) {
    const names = new Set(hooks.map(({ authorization }) => /ENV\.(\w+)/.exec(authorization ?? '')?.[1]));
    return { level: 'ok', detail: `${[...names].join(', ')} of lakeFS's environment; the canary proves its value` };
  }
  return {
    level: 'fail',
    detail: named(faults),
    fix: `Write Authorization: "Bearer {{ ENV.${ENV_PREFIX}SLUICE_TOKEN }}" and set that variable for the lakeFS server.`,
  };
}

function timeouts({ hooks, settings }: ActionView): Told {
  const faults = hooks.flatMap((hook) => timeoutFault(hook, settings));
  if (faults.length > 0) {
    return {
      level: 'fail',
      detail: named(faults),
      fix: 'Write `timeout` as a text with a unit, such as 5m, and `deadline` some seconds below it.',
    };
  }
  const [{ timeoutMs, deadline } = { timeoutMs: 0, deadline: null }] = hooks;
  const own = deadline === null ? undefined : parseGoDuration(deadline);
  const max = settings.hook?.maxDeadlineMs;
  if (own !== undefined && max !== undefined && own > max) {
    return {
      level: 'warn',
      detail: `the deadline ${deadline} is cut to the server's largest, ${formatDuration(max)}`,
      fix: 'Raise SLUICE_HOOK_MAX_DEADLINE, or lower both in the action file.',
    };
  }
  if (own === undefined && settings.hook === null) {
    return {
      level: 'warn',
      detail: `lakeFS waits ${formatDuration(timeoutMs)}; the server's own deadline is not known here`,
      fix: 'Add the query parameter `deadline` to the hook.',
    };
  }
  const gives = own ?? settings.hook?.defaultDeadlineMs ?? 0;
  return {
    level: 'ok',
    detail: `Sluice gives up after ${formatDuration(gives)}, lakeFS after ${formatDuration(timeoutMs)}`,
  };
}

function timeoutFault({ path, timeoutMs, deadline }: GateHook, { hook }: KnownSettings): readonly string[] {
  const waits = formatDuration(timeoutMs);
  const own = deadline === null ? hook?.defaultDeadlineMs : parseGoDuration(deadline);
  if (deadline !== null && own === undefined) return [`${path}: the deadline \`${deadline}\` is no duration`];
  if (own === undefined || Math.min(own, hook?.maxDeadlineMs ?? own) < timeoutMs) return [];
  return [`${path}: lakeFS waits ${waits} and Sluice ${formatDuration(own)}, so that slow merges end without a report`];
}

function events({ hooks, settings, defaultBranch, repository }: ActionView): Told {
  const asked = new Set(
    hooks.flatMap((hook) =>
      [...hook.events].filter(([, patterns]) => namesBranch(patterns, defaultBranch)).map(([event]) => event),
    ),
  );
  const wanted = OUR_EVENTS.filter((event) => event === 'pre-merge' || answers(event, settings));
  const missing = wanted.filter((event) => !asked.has(event));
  if (missing.length === 0) return { level: 'ok', detail: `${plural(asked.size, 'event')}, as the server expects` };
  const open = missing.includes('pre-merge');
  return {
    level: open ? 'fail' : 'warn',
    detail: `lakeFS does not ask about ${missing.join(', ')} on ${defaultBranch}, though the server would judge or deny`,
    fix: `Add them under \`on:\`, or let sluice init ${repository} write the file anew.`,
    items: missing,
  };
}

/** True for an event that the server would not simply let pass. */
function answers(event: string, { events: policy }: KnownSettings): boolean {
  return Object.entries(policy).some(([name, answer]) => name === event && answer !== 'allow');
}

function branches({ hooks, governed, settings }: ActionView): Told {
  const gated = (branch: string) => hooks.some((hook) => asks(hook, 'pre-merge', branch));
  const open = governed.filter((branch) => !gated(branch));
  if (open.length > 0) {
    return {
      level: 'fail',
      detail: `governed, but not named under pre-merge: ${named(open)}`,
      fix: 'Add them to `branches` in the action file, or take them out of SLUICE_GOVERNED_BRANCHES.',
      items: open,
    };
  }
  const globs = settings.governedBranches.join(', ');
  return { level: 'ok', detail: `${named(governed, 5)} (governedBranches: ${globs})` };
}

/** Whether lakeFS asks this hook when the event happens on the branch. */
export function asks({ events: asked }: GateHook, event: HookEventType, branch: string): boolean {
  const patterns = asked.get(event);
  return patterns !== undefined && namesBranch(patterns, branch);
}
