import { describe, expect, it } from 'vitest';
import { hookPayload } from '../../../src/sandbox/actions/payload.ts';

const delivery = { repository: 'repo', action: 'Gate', hookId: 'gate', sentAt: new Date('2026-11-21T04:34:36.999Z') };

describe('the body of a hook call', () => {
  it('has the keys in the order of lakeFS, whatever the order of the event', () => {
    const text = hookPayload(
      {
        actionsRef: 'not sent',
        mergeSource: 'dev',
        commitMetadata: { b: '2', a: '1' },
        committer: 'me',
        commitMessage: 'merge',
        commitId: 'c0ffee',
        tagId: 'v1',
        sourceRef: 'abc',
        branchId: 'main',
        type: 'pre-merge',
      },
      delivery,
    );
    expect(text).toBe(
      '{"event_type":"pre-merge","event_time":"2026-11-21T04:34:36Z","action_name":"Gate","hook_id":"gate",' +
        '"repository_id":"repo","branch_id":"main","source_ref":"abc","tag_id":"v1","commit_id":"c0ffee",' +
        '"commit_message":"merge","committer":"me","commit_metadata":{"a":"1","b":"2"},"merge_source":"dev"}',
    );
  });

  it('leaves out what is empty', () => {
    const text = hookPayload({ type: 'pre-commit', branchId: '', commitMetadata: {}, actionsRef: 'x' }, delivery);
    expect(Object.keys(JSON.parse(text))).toEqual([
      'event_type',
      'event_time',
      'action_name',
      'hook_id',
      'repository_id',
    ]);
  });

  it('escapes as Go does and sorts keys that look like numbers as text', () => {
    const text = hookPayload(
      { type: 'pre-merge', commitMessage: '<a> & \u2028 "ü"', commitMetadata: { 2: 'x', 10: 'y' }, actionsRef: 'x' },
      delivery,
    );
    expect(text).toContain(String.raw`"commit_message":"\u003ca\u003e \u0026 \u2028 \"ü\""`);
    expect(text).toContain('"commit_metadata":{"10":"y","2":"x"}');
  });
});
