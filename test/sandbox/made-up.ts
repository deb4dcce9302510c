/**
 * What a server makes up as it goes: ids, addresses, times. Two runs of one scenario agree on everything else, and on
 * which of these are the same thing.
 */
export interface MadeUp {
  /** Learns which of ours stands for which of theirs; false when a text differs in more than made-up parts. */
  sameText(recorded: string, ours: string): boolean;
  /** A recorded text with everything learnt so far put in ours. */
  translate(recorded: string): string;
}

/** Kinds of made-up parts, longest first. Times are compared by form only, the rest must map one to one. */
const KINDS: readonly (readonly [kind: string, pattern: string])[] = [
  ['commit', '(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])'],
  ['uuid', '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'],
  ['token', '(?<=,)[\\w-]{43}(?![\\w-])'],
  ['time', '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?Z'],
  ['time', '[A-Z][a-z]{2}, \\d\\d [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT'],
  ['duration', '(?<=duration: )[\\d.]+[µmn]?s'],
  ['host', '127\\.0\\.0\\.1:\\d+'],
  ['upload', '(?<=<UploadId>|uploadId=)[0-9a-f]{32}'],
  ['hostid', '(?<=<HostId>)[0-9A-F]{16}'],
  ['id', '(?<![0-9a-v])(?=[0-9a-v]*\\d)[0-9a-v]{20}(?![0-9a-v])'],
];
const BY_FORM = new Set(['time', 'duration', 'hostid', 'uuid', 'host']);
const ANY = new RegExp(KINDS.map(([, pattern]) => `(${pattern})`).join('|'), 'g');

export function createMadeUp(): MadeUp {
  const ours = new Map<string, string>();
  const theirs = new Map<string, string>();
  const agree = (recorded: string, own: string): boolean => {
    if (!ours.has(recorded) && !theirs.has(own)) {
      ours.set(recorded, own);
      theirs.set(own, recorded);
    }
    return ours.get(recorded) === own && theirs.get(own) === recorded;
  };
  return {
    sameText: (recorded, own) => {
      const [a, b] = [parts(recorded), parts(own)];
      if (a.skeleton !== b.skeleton) return false;
      return a.found.every(({ kind, text }, index) => {
        const other = b.found[index]?.text ?? '';
        // A commit id that is no id of this run (an empty hash, say) is the same on both sides.
        return BY_FORM.has(kind) || text === other || agree(text, other);
      });
    },
    translate: (recorded) =>
      recorded
        .replace(ANY, (text) => ours.get(text) ?? text)
        .replace(/(?<![0-9a-f])[0-9a-f]{7,63}(?![0-9a-f])/g, (prefix) => {
          const whole = [...ours].find(([their]) => their.length === 64 && their.startsWith(prefix));
          return whole === undefined ? prefix : whole[1].slice(0, prefix.length);
        }),
  };
}

function parts(text: string): {
  readonly skeleton: string;
  readonly found: readonly { readonly kind: string; readonly text: string }[];
} {
  const found: { kind: string; text: string }[] = [];
  const skeleton = text.replace(ANY, (match, ...groups) => {
    const kind = KINDS[groups.slice(0, KINDS.length).findIndex((group) => group !== undefined)]?.[0] ?? 'unknown';
    found.push({ kind, text: match });
    return `<${kind}>`;
  });
  return { skeleton, found };
}
