import { SluiceError } from '../../core/problem.ts';

/**
 * The address of a lakeFS server without a trailing slash and without `/api/v1`, e.g. `http://lakefs:8000`. REST API
 * and S3 gateway share it (facts: same port, told apart by the signature).
 *
 * Takes what people paste: with or without a trailing slash or `/api/v1`, below a path of a reverse proxy.
 * Throws `lakefs-bad-url`.
 */
export function lakefsBase(url: string): string {
  if (!URL.canParse(url)) throw badUrl('it is no URL');
  const parsed = new URL(url);
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') throw badUrl('it is neither http nor https');
  if (parsed.username !== '' || parsed.password !== '') throw badUrl('it holds a user name or password');
  if (parsed.search !== '' || parsed.hash !== '') throw badUrl('it has a query or a fragment');
  const path = parsed.pathname.replace(/\/+$/, '').replace(/\/api\/v1$/, '');
  return `${parsed.origin}${path}`;
}

/**
 * A repository id by lakeFS's own grammar; throws `lakefs-bad-id`. The id comes from a payload anyone could send, and
 * becomes a path segment of a URL that carries our credentials.
 */
function repositorySegment(repository: string): string {
  if (!/^[a-z0-9][a-z0-9-]{2,62}$/.test(repository)) throw badId('repository id', repository);
  return repository;
}

/** The first segments of every call about a repository; throws `lakefs-bad-id`. */
export function inRepository(repository: string): readonly string[] {
  return ['repositories', repositorySegment(repository)];
}

/**
 * A whole commit id, 64 lower-case hex digits; throws `lakefs-bad-id`. Shorter ones are refused because lakeFS
 * resolves branches and tags before hash prefixes: a branch may be called `deadbeef`.
 */
export function commitSegment(commitId: string): string {
  if (!/^[0-9a-f]{64}$/.test(commitId)) throw badId('commit id', commitId);
  return commitId;
}

/** A branch id by lakeFS's own grammar; throws `lakefs-bad-id`. */
export function branchSegment(branch: string): string {
  if (!/^\w[-\w]*$/.test(branch)) throw badId('branch id', branch);
  return branch;
}

/**
 * A ref as people write it: a branch, a tag or a commit id, then any of `~1`, `^2` and `@`; throws `lakefs-bad-id`.
 * `$` (staged objects only) names no commit. A dot or two are no segment: servers on the way would resolve them.
 */
export function refSegment(ref: string): string {
  const fits = /^[^\s\p{Cc}\p{Cf}/~^:?*[\]\\@$%]+(?:[~^]\d{0,9}|@)*$/u.test(ref);
  if (!fits || ref.length > 1_000 || /^\.+$/.test(ref)) throw badId('ref', ref);
  return ref;
}

/** The id of a run of actions or of one of its hooks; throws `lakefs-bad-id`. */
export function runSegment(runId: string): string {
  if (!/^\w[-\w]{0,99}$/.test(runId)) throw badId('run id', runId);
  return runId;
}

/** The id of a pull request; throws `lakefs-bad-id`. */
export function pullSegment(id: string): string {
  if (!/^\w{1,64}$/.test(id)) throw badId('pull request id', id);
  return id;
}

function badUrl(why: string): SluiceError {
  return new SluiceError({
    code: 'lakefs-bad-url',
    message: `The lakeFS address cannot be used: ${why}.`,
    hint: 'Set SLUICE_LAKEFS_URL to something like http://lakefs:8000; keys have settings of their own.',
  });
}

type IdKind = 'repository id' | 'commit id' | 'branch id' | 'ref' | 'run id' | 'pull request id';

const GRAMMAR: Readonly<Record<IdKind, string>> = {
  'repository id': 'A repository id has 3 to 63 lower-case letters, digits and dashes.',
  'commit id': 'A commit id has 64 lower-case hexadecimal digits.',
  'branch id': 'A branch id has letters, digits, underscores and dashes, and begins with no dash.',
  ref: 'A ref is a branch, a tag or a commit id, perhaps with ~1 or ^2 behind it.',
  'run id': 'lakeFS names the run in the message of a refused merge, and under Actions.',
  'pull request id': 'lakeFS shows it in the address of the pull request.',
};

function badId(what: IdKind, value: string): SluiceError {
  return new SluiceError({
    code: 'lakefs-bad-id',
    message: `${JSON.stringify(value.slice(0, 80))} is not a lakeFS ${what}.`,
    hint: GRAMMAR[what],
  });
}
