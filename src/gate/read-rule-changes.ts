import pLimit from 'p-limit';
import type { Config } from '../config.ts';
import { compareListings } from '../core/change/change-set.ts';
import type { ObjectEntry } from '../core/change/object.ts';
import { differs, MOST_RULE_FILES, type RuleChange, type RuleFile, ruleChanges } from '../core/change/rule-changes.ts';
import { listed, plural } from '../core/check/words.ts';
import type { Problem } from '../core/problem.ts';
import { listCommit } from './judged-tree.ts';
import type { Lake } from './ports.ts';
import type { Pinned } from './prepare-merge.ts';
import type { RepositoryReader } from './repository-ports.ts';

/** Whose files make the rules, and who may change them. */
export interface RulePolicy {
  /** Folders with their slash. */
  readonly prefixes: readonly string[];
  /** The one among them that holds contracts; null: they are not kept in the repository. */
  readonly contractPrefix: string | null;
  /** lakeFS users. */
  readonly changers: readonly string[];
}

export interface RuleFindings {
  readonly changes: readonly RuleChange[];
  /** An error when the change may not be made, whatever its data is like. */
  readonly problems: readonly Problem[];
}

/** lakeFS reads its hooks here. */
const ACTIONS = '_lakefs_actions/';
/** Larger files are named without their lines. */
const MOST_BYTES = 256 * 1024;

/** Action files always make rules; contracts do where they are kept in the repository. */
export function rulePolicy(config: {
  readonly contracts: Config['contracts'] | null;
  readonly ruleChangers: readonly string[];
}): RulePolicy {
  const { contracts, ruleChangers } = config;
  const contractPrefix = contracts?.kind === 'repository' ? contracts.prefix : null;
  const prefixes = contractPrefix === null ? [ACTIONS] : [ACTIONS, contractPrefix];
  return { prefixes, contractPrefix, changers: ruleChangers };
}

/** Whether the event's user may change rules; part of the question that a decision answers. */
export function mayChangeRules({ changers }: RulePolicy, committer: string | undefined): boolean {
  return committer !== undefined && changers.includes(committer);
}

/**
 * The action files and contracts that the change touches, found by listing both sides, because a diff can be fooled, and
 * by their bytes, because an upload of the same bytes changes nothing. Only those who may change rules may merge such a
 * change; the one exception is the first action file of a branch, which nothing guarded before.
 */
export async function readRuleChanges(
  pinned: Pinned,
  policy: RulePolicy,
  deps: { readonly lake: Pick<Lake, 'list'>; readonly reader: Pick<RepositoryReader, 'readAt'> },
  signal: AbortSignal,
): Promise<RuleFindings> {
  const { repository, branch = '', committer } = pinned.event;
  const { prefixes } = policy;
  const [before, after] = await Promise.all([
    listCommit(deps.lake, { repository, commitId: pinned.destination.id, prefixes }, signal),
    entriesAfter(pinned, prefixes, deps.lake, signal),
  ]);
  const files = (await readFiles(pinned, before, after, deps.reader, signal)).filter(differs);
  if (files.length === 0) return { changes: [], problems: [] };
  const found = { changes: ruleChanges(files) };
  const place = branch === '' ? 'this branch' : branch;
  if (installs(before, files)) return { ...found, problems: [installation(place)] };
  if (mayChangeRules(policy, committer)) return { ...found, problems: [] };
  return { ...found, problems: [forbidden(files, committer ?? 'a user that lakeFS does not name', place)] };
}

async function entriesAfter(
  { event, tree }: Pinned,
  prefixes: readonly string[],
  lake: Pick<Lake, 'list'>,
  signal: AbortSignal,
): Promise<readonly ObjectEntry[]> {
  if (tree.kind === 'branch') {
    return tree.entries.filter(({ path }) => prefixes.some((prefix) => path.startsWith(prefix)));
  }
  return listCommit(lake, { repository: event.repository, commitId: tree.commit.id, prefixes }, signal);
}

async function readFiles(
  { event, destination, tree }: Pinned,
  before: readonly ObjectEntry[],
  after: readonly ObjectEntry[],
  reader: Pick<RepositoryReader, 'readAt'>,
  signal: AbortSignal,
): Promise<readonly RuleFile[]> {
  const { repository } = event;
  const paths = [...new Set(compareListings(before, after, []).map(({ path }) => path))].sort();
  const old = new Map(before.map((entry) => [entry.path, entry]));
  const fresh = new Map(after.map((entry) => [entry.path, entry]));
  const slot = pLimit(8);
  const read = (ref: string, entry: ObjectEntry | undefined, index: number): Promise<RuleFile['before']> => {
    if (entry === undefined) return Promise.resolve(null);
    if (index >= MOST_RULE_FILES || entry.sizeBytes > MOST_BYTES) return Promise.resolve('too-large');
    return slot(() => reader.readAt({ repository, ref, path: entry.path, maxBytes: MOST_BYTES }, signal));
  };
  const ref = tree.kind === 'commit' ? tree.commit.id : tree.branch;
  return Promise.all(
    paths.map(async (path, index) => {
      const [left, right] = await Promise.all([
        read(destination.id, old.get(path), index),
        read(ref, fresh.get(path), index),
      ]);
      return { path, before: left, after: right };
    }),
  );
}

/** The first action files come to a branch that has none: until then nothing guarded it. */
function installs(before: readonly ObjectEntry[], files: readonly RuleFile[]): boolean {
  return !before.some(({ path }) => path.startsWith(ACTIONS)) && files.some(({ path }) => path.startsWith(ACTIONS));
}

function installation(place: string): Problem {
  return {
    code: 'rules-installed',
    level: 'warning',
    message: `This change brings the first action files to ${place}; nothing guarded it before.`,
    hint: 'From now on only the users of ruleChangers may change them.',
  };
}

function forbidden(files: readonly RuleFile[], committer: string, place: string): Problem {
  const paths = listed(files.map(({ path }) => path));
  return {
    code: 'forbidden-rule-change',
    message: `${committer} may not change rules on ${place}, and this changes ${plural(files.length, 'file')}: ${paths}.`,
    hint: `Leave them out, or let one of ruleChangers (SLUICE_RULE_CHANGERS) do it.`,
  };
}
