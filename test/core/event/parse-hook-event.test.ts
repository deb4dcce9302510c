import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import schema from '../../../src/core/event/hook-event.schema.json' with { type: 'json' };
import { HOOK_EVENTS } from '../../../src/core/event/hook-event.ts';
import { parseHookEvent } from '../../../src/core/event/parse-hook-event.ts';

const COMMIT = '78e54507d854b3d3283ae4dc28f5c7e4e0d050992e103bb58edc462281ba68a1';

/** As a real lakeFS 1.84 sent it. */
const PRE_MERGE = {
  event_type: 'pre-merge',
  event_time: '2026-11-21T04:36:37Z',
  action_name: 'All events',
  hook_id: 'gate',
  repository_id: 'hook-events',
  branch_id: 'main',
  source_ref: '3c41b7dffa1dad5c818ef504ca9c5643a0b150d0d08632a2470c6c871296bacc',
  commit_id: COMMIT,
  commit_message: "Merge 'dev' into 'main'",
  committer: 'quickstart',
  commit_metadata: { '.lakefs.merge.strategy': 'default', a: 'b' },
  merge_source: 'dev',
};

function messages(body: unknown): readonly string[] {
  const parsed = parseHookEvent(body);
  if (parsed.kind === 'event') throw new Error('accepted');
  expect(parsed.problems.every(({ code, hint }) => code === 'payload-invalid' && hint !== undefined)).toBe(true);
  return parsed.problems.map(({ message }) => message);
}

/** Bodies of the requests to the hook in a recording; what follows a redirect has none. */
function deliveriesIn(text: string): readonly unknown[] {
  type Recording = { exchanges: { to: string; request: { body: { json?: unknown } | null } }[] };
  const { exchanges } = JSON.parse(text) as Recording;
  const bodies = exchanges.filter(({ to }) => to === 'hook').map(({ request }) => request.body?.json);
  return bodies.filter((body) => body !== undefined);
}

describe('parseHookEvent', () => {
  it('reads a merge of a real server', () => {
    expect(parseHookEvent(PRE_MERGE)).toEqual({
      kind: 'event',
      event: {
        eventType: 'pre-merge',
        eventTime: '2026-11-21T04:36:37Z',
        actionName: 'All events',
        hookId: 'gate',
        repository: 'hook-events',
        branch: 'main',
        sourceRef: PRE_MERGE.source_ref,
        commitId: COMMIT,
        commitMessage: "Merge 'dev' into 'main'",
        committer: 'quickstart',
        commitMetadata: { '.lakefs.merge.strategy': 'default', a: 'b' },
        mergeSource: 'dev',
      },
    });
  });

  it('reads every delivery that was recorded of a real server', () => {
    const folder = join(import.meta.dirname, '../../fixtures/lakefs');
    const deliveries = readdirSync(folder).flatMap((file) => deliveriesIn(readFileSync(join(folder, file), 'utf8')));
    const refused = deliveries.filter((body) => parseHookEvent(body).kind === 'invalid');
    expect(deliveries.length).toBeGreaterThan(20);
    expect(refused).toEqual([]);
  });

  it('tolerates keys it does not know, whatever they hold', () => {
    const parsed = parseHookEvent({ ...PRE_MERGE, run_id: 'x', later: { nested: [1, null] } });
    expect(parsed.kind).toBe('event');
    expect(JSON.stringify(parsed)).not.toContain('later');
  });

  it('reads a merge of a server before 1.23, which has no commit id, and one before 1.51, which has no merge source', () => {
    const { commit_id: _, merge_source: __, commit_metadata: ___, ...old } = PRE_MERGE;
    expect(parseHookEvent(old)).toMatchObject({ kind: 'event', event: { commitMetadata: {} } });
    expect(JSON.stringify(parseHookEvent(old))).not.toMatch(/commitId|mergeSource/);
  });

  it('takes an empty text for an absent one', () => {
    expect(JSON.stringify(parseHookEvent({ ...PRE_MERGE, committer: '' }))).not.toContain('committer"');
  });

  it('reads tag events, which have no branch', () => {
    const { branch_id: _, merge_source: __, ...rest } = PRE_MERGE;
    const tag = { ...rest, event_type: 'pre-create-tag', tag_id: 'v1' };
    expect(parseHookEvent(tag)).toMatchObject({ kind: 'event', event: { tagId: 'v1' } });
  });

  it('knows exactly the events of the type', () => {
    expect(schema.properties.event_type.enum).toEqual(HOOK_EVENTS);
  });

  it.each([
    [null, 'The body must be an object.'],
    [[PRE_MERGE], 'The body must be an object.'],
    ['pre-merge', 'The body must be an object.'],
    [{ ...PRE_MERGE, event_type: 'pre-merg' }, 'The field event_type names no hook event that Sluice knows.'],
    [{ ...PRE_MERGE, event_type: 7 }, 'The field event_type names no hook event that Sluice knows.'],
    [{ ...PRE_MERGE, event_time: 'yesterday' }, 'The field event_time must be a time such as'],
    [{ ...PRE_MERGE, event_time: '2026-13-21T04:36:37Z' }, 'The field event_time must be a time such as'],
    [{ ...PRE_MERGE, event_time: 1795235797 }, 'The field event_time must be a text.'],
    [{ ...PRE_MERGE, repository_id: '../../etc' }, 'The field repository_id must be a repository id'],
    [{ ...PRE_MERGE, repository_id: 'Lake' }, 'The field repository_id must be a repository id'],
    [{ ...PRE_MERGE, repository_id: 'lake\n' }, 'The field repository_id must be a repository id'],
    [{ ...PRE_MERGE, branch_id: 'release/1' }, 'The field branch_id must be a branch id'],
    [{ ...PRE_MERGE, branch_id: '' }, 'The field branch_id must be a branch id'],
    [{ ...PRE_MERGE, commit_id: COMMIT.slice(1) }, 'The field commit_id must be a commit id'],
    [{ ...PRE_MERGE, commit_id: COMMIT.toUpperCase() }, 'The field commit_id must be a commit id'],
    [{ ...PRE_MERGE, commit_id: null }, 'The field commit_id must be a text.'],
    [{ ...PRE_MERGE, source_ref: 'a b' }, 'The field source_ref must be a text without spaces and control'],
    [{ ...PRE_MERGE, source_ref: 'x\r\nHost: evil' }, 'The field source_ref must be a text without spaces and control'],
    [{ ...PRE_MERGE, merge_source: 'a\u0000b' }, 'The field merge_source must be a text without spaces and control'],
    [{ ...PRE_MERGE, committer: 'a\u001b[2J' }, 'The field committer must be a text without control characters.'],
    [{ ...PRE_MERGE, commit_metadata: [] }, 'The field commit_metadata must be an object.'],
    [{ ...PRE_MERGE, commit_metadata: { a: 1 } }, 'The field commit_metadata.a must be a text.'],
    [{ ...PRE_MERGE, hook_id: { $gt: '' } }, 'The field hook_id must be a text.'],
    [{ ...PRE_MERGE, source_ref: undefined }, 'The field source_ref is missing.'],
    [
      JSON.parse('{"__proto__": {"event_type": "pre-merge"}}'),
      'The body holds the key __proto__, which is not allowed.',
    ],
    [{ ...PRE_MERGE, constructor: {} }, 'The body holds the key constructor, which is not allowed.'],
    [
      { ...PRE_MERGE, commit_metadata: JSON.parse('{"__proto__": "x"}') },
      'The field commit_metadata holds the key __proto__, which is not allowed.',
    ],
  ])('refuses %j', (body, expected) => {
    expect(messages(body).join('\n')).toContain(expected);
  });

  it('tells all problems at once, each field once', () => {
    expect(messages({ ...PRE_MERGE, repository_id: 1, branch_id: 2, commit_id: 3 })).toEqual([
      'The field repository_id must be a text.',
      'The field branch_id must be a text.',
      'The field commit_id must be a text.',
    ]);
  });
});
