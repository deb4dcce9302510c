import type { SandboxHookEvent } from '../hooks-port.ts';

/** Which hook of which action is called, and when. */
export interface Delivery {
  readonly repository: string;
  readonly action: string;
  readonly hookId: string;
  readonly sentAt: Date;
}

/** The JSON body of a hook call, byte for byte as Go writes it: this order of keys, empty ones left out, `<>&` escaped. */
export function hookPayload(event: SandboxHookEvent, delivery: Delivery): string {
  const fields: readonly (readonly [string, string | undefined])[] = [
    ['event_type', text(event.type)],
    ['event_time', text(delivery.sentAt.toISOString().replace(/\.\d+Z$/, 'Z'))],
    ['action_name', text(delivery.action)],
    ['hook_id', text(delivery.hookId)],
    ['repository_id', text(delivery.repository)],
    ['branch_id', text(event.branchId)],
    ['source_ref', text(event.sourceRef)],
    ['tag_id', text(event.tagId)],
    ['commit_id', text(event.commitId)],
    ['commit_message', text(event.commitMessage)],
    ['committer', text(event.committer)],
    ['commit_metadata', metadataObject(event.commitMetadata)],
    ['merge_source', text(event.mergeSource)],
  ];
  return `{${fields.flatMap(([key, json]) => (json === undefined ? [] : [`"${key}":${json}`])).join(',')}}`;
}

function text(value: string | undefined): string | undefined {
  if (value === undefined || value === '') return undefined;
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Written by hand because an object would put keys that look like numbers first. */
function metadataObject(metadata: Readonly<Record<string, string>> | undefined): string | undefined {
  const entries = Object.entries(metadata ?? {}).sort(([left], [right]) => (left < right ? -1 : 1));
  if (entries.length === 0) return undefined;
  return `{${entries.map(([key, value]) => `${text(key) ?? '""'}:${text(value) ?? '""'}`).join(',')}}`;
}
