import { isSeq, parseDocument } from 'yaml';
import { SluiceError } from '../../core/problem.ts';

const BRANCHES = ['on', 'pre-merge', 'branches'] as const;

/**
 * The action file with one more branch under pre-merge, and nothing else changed: address, token and timeouts must be
 * exactly those that are installed, or the canary would prove another gate.
 */
export function withBranch(text: string, branch: string): string {
  const document = parseDocument(text, { merge: true, uniqueKeys: false });
  if (document.errors.length > 0) throw notAltered(document.errors[0]?.message ?? '');
  const list: unknown = document.getIn(BRANCHES, true);
  if (isSeq(list)) {
    list.add(document.createNode(branch));
  } else {
    const read = document.toJS() as { readonly on?: { readonly 'pre-merge'?: { readonly branches?: unknown } } };
    const known = read.on?.['pre-merge']?.branches;
    if (!Array.isArray(known)) throw notAltered('it has no list of branches');
    document.setIn(BRANCHES, document.createNode([...(known as readonly unknown[]), branch]));
  }
  return document.toString({ lineWidth: 0 });
}

function notAltered(why: string): SluiceError {
  return new SluiceError({
    code: 'doctor-action-unreadable',
    message: `The branch of the canary cannot be added to the action file: ${why.split('\n')[0] ?? ''}.`,
    hint: 'Write `on: { pre-merge: { branches: [main] } }` without anchors, or let sluice init write the file.',
  });
}
