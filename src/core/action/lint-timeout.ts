import type { Problem } from '../problem.ts';
import { type ActionNode, shapeOf } from './action-node.ts';
import { parseGoDuration } from './duration.ts';
import { finding, type LintContext, styleLevel } from './lint-context.ts';

/**
 * Judges a `timeout`. Tried on a server: an integer and an empty text are ignored (one minute, without a word); "90"
 * and `five` are 500 for every event of the action; `0s` and `-5s` wait for ever.
 */
export function lintTimeout(node: ActionNode | undefined, context: LintContext): readonly Problem[] {
  if (node === undefined) return [];
  if (node.kind !== 'scalar' || node.type !== 'text') return [ignored(node)];
  if (node.text === '') return [ignored(node)];
  const milliseconds = parseGoDuration(node.text);
  if (milliseconds === undefined) {
    return [
      finding(node.at, {
        code: 'hook-timeout-invalid',
        message: `\`${node.text}\` is no duration; lakeFS fails with it at every event.`,
        hint: 'Write a number with a unit: `90s`, `5m`, `1h30m`.',
      }),
    ];
  }
  if (milliseconds > 0) return [];
  return [
    finding(node.at, {
      code: 'hook-timeout-none',
      level: styleLevel(context),
      message: `\`${node.text}\` means no timeout at all: lakeFS waits for ever, and so does whoever merges.`,
      hint: 'Write for example `5m`.',
    }),
  ];
}

function ignored(node: ActionNode): Problem {
  const number = node.kind === 'scalar' && node.type === 'number' ? node.text : null;
  return finding(node.at, {
    code: 'hook-timeout-ignored',
    message: `The timeout is ${node.kind === 'scalar' && node.type === 'text' ? 'empty' : shapeOf(node)}; lakeFS ignores it without a word and waits one minute.`,
    hint: number === null ? 'Write a text such as `5m`.' : `Write it with a unit: \`${number}s\`.`,
  });
}
