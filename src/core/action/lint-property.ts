import type { Problem } from '../problem.ts';
import { type ActionEntry, type ActionNode, shapeOf } from './action-node.ts';
import { finding } from './lint-context.ts';

/** A property that lakeFS wants in another type: 500 at every event of the action. */
export function wrongType(value: ActionNode, sentence: string): Problem {
  const quote = value.kind === 'scalar' && value.type !== 'null';
  return finding(value.at, {
    code: 'hook-property-type',
    message: `${sentence} and is ${shapeOf(value)}; lakeFS fails with it at every event.`,
    ...(quote ? { hint: `Put it in quotes: "${value.text}".` } : {}),
  });
}

/** The name of a header or parameter that YAML takes for a number or such: the same. */
export function wrongKey({ key, keyAt }: ActionEntry): Problem {
  return finding(keyAt, {
    code: 'hook-property-type',
    message: `The name \`${key}\` is taken for something else than a text; lakeFS fails with it at every event.`,
    hint: `Put it in quotes: "${key}".`,
  });
}
