import type { Problem } from '../core/problem.ts';
import type { ChangeOutcome } from './repository-ports.ts';

interface About {
  readonly repository: string;
  readonly branch: string;
  readonly hookUrl: string;
  /** The user whose keys were used; null when lakeFS did not say. */
  readonly user: string | null;
}

/** Why lakeFS did not take the action file, and what to do. The merge that installs it is the first that it gates. */
export function installRefusal(
  outcome: Exclude<ChangeOutcome, { readonly kind: 'done' | 'no-changes' }>,
  about: About,
): Problem {
  const { repository, branch } = about;
  switch (outcome.kind) {
    case 'conflict':
      return {
        code: 'init-conflict',
        message: `Somebody changed the action file on ${branch} of ${repository} at the same time.`,
        hint: 'Run sluice init again.',
      };
    case 'hook-refused':
      return hookRefused(outcome.message, outcome.runId, about);
    case 'refused':
      return refused(outcome.status, outcome.message, about);
  }
}

function refused(status: number, message: string, { repository, branch }: About): Problem {
  const [, variable] = /(\w+) not found: missing env var/.exec(message) ?? [];
  if (variable !== undefined) {
    return {
      code: 'init-token-unset',
      message: `The lakeFS server has no environment variable ${variable}, so nothing was changed: every merge would fail.`,
      hint: `Start lakeFS with ${variable} set to the value of Sluice's SLUICE_HOOK_TOKEN, then run sluice init again.`,
    };
  }
  const hints: Readonly<Record<number, string>> = {
    401: 'Check the keys of lakeFS.',
    403: 'The keys need fs:CreateBranch, fs:WriteObject, fs:CreateCommit and fs:DeleteBranch in this repository.',
    429: 'Somebody is merging into it all the time; try again when it is quieter.',
  };
  const hint = hints[status];
  return {
    code: 'init-refused',
    message: `lakeFS refused the action file on ${branch} of ${repository} (status ${status}): ${message}`,
    ...(hint === undefined ? {} : { hint }),
  };
}

/** Nothing was merged; what Sluice answered, or that it was not reached, stands in lakeFS's message. */
function hookRefused(message: string, runId: string | null, about: About): Problem {
  const { repository, branch } = about;
  const [, action = ''] = /failed on action '([^']*)'/.exec(message) ?? [];
  const status = Number(/status code: (\d{3})/.exec(message)?.[1] ?? 0);
  const where = `${branch} of ${repository}`;
  if (action !== '' && action !== 'Sluice') {
    return {
      code: 'init-hook-refused',
      message: `The hook of your action \`${action}\` refused the action file on ${where}: ${message}`,
      hint: showRun(repository, runId),
    };
  }
  const reason = status === 0 ? 'lakeFS could not ask Sluice' : `lakeFS was answered ${status}`;
  return {
    code: 'init-hook-refused',
    message: `Nothing was changed: ${reason} about the merge that brings the action file to ${where}.`,
    hint: hintFor(status, message, about, runId),
  };
}

function hintFor(status: number, message: string, about: About, runId: string | null): string {
  const { hookUrl, user, repository } = about;
  switch (status) {
    case 0:
      return `Start \`sluice serve\` where lakeFS reaches it at ${hookUrl}, or say with --hook-url where that is. lakeFS said: ${transportError(message)}`;
    case 401:
      return "The token in the lakeFS server's environment is not Sluice's SLUICE_HOOK_TOKEN. Make them equal and restart lakeFS.";
    case 403:
      return `The action file is a rule, and only ruleChangers may change rules: start Sluice with SLUICE_RULE_CHANGERS=${user ?? '<your lakeFS user>'} and run sluice init again. ${showRun(repository, runId)}`;
    case 404:
    case 405:
      return `What answers at ${hookUrl} is not Sluice's hook port. Say with --hook-url where lakeFS reaches it.`;
    default:
      return `${showRun(repository, runId)}`;
  }
}

/** The last part of lakeFS's sentence: `dial tcp 127.0.0.1:8750: connect: connection refused`. */
function transportError(message: string): string {
  const [, reason = message] = /action failed: (?:Post "[^"]*": )?(.*)$/s.exec(message) ?? [];
  return reason.trim();
}

function showRun(repository: string, runId: string | null): string {
  return runId === null
    ? `\`lakectl actions runs list lakefs://${repository}\` shows what was said.`
    : `\`lakectl actions runs describe lakefs://${repository} ${runId}\` shows what was said.`;
}
