import type { Problem } from '../problem.ts';
import { type ActionNode, fieldText } from './action-node.ts';
import { finding, type LintContext, shapeProblems, styleLevel } from './lint-context.ts';

/** A condition whose value can be told: what it is after hooks that all passed, and after one that failed. */
interface Truth {
  readonly passed: boolean;
  readonly failed: boolean;
}

/**
 * Judges a hook's `if`. Tried on a server: `false` and `failure()` skip the hook and the merge goes through with 200;
 * an unknown function (`sucess()`), `success` without its parentheses, `1` and a syntax error are 500 whenever the
 * hook's turn comes. Other expressions of lakeFS's language are left alone.
 */
export function lintCondition(
  node: ActionNode | undefined,
  context: LintContext & { readonly isFirst: boolean },
): readonly Problem[] {
  const text = fieldText(node);
  if (node === undefined || text === '') return [];
  if (text === undefined) return shapeProblems(node, '`if`');
  const fault = conditionFault(text);
  if (fault !== null) return [broken(node, text, fault)];
  const truth = truthOf(text);
  if (truth === null) return [];
  if (!truth.passed && !truth.failed) return [never(node, text, context)];
  return truth.passed ? [] : [onlyAfterFailure(node, text, context)];
}

/** What makes lakeFS fail to evaluate the expression, as far as it can be told without its interpreter. */
function conditionFault(text: string): string | null {
  if (/^\s*(?:success|failure)\s*$/.test(text)) return 'a function is called with parentheses';
  if (/^\s*(?:[-+]?[\d.]+|nil|"[^"]*"|'[^']*')\s*$/.test(text)) return 'it is neither true nor false';
  const calls = [...text.matchAll(/([A-Za-z_]\w*)\s*\(/g)].map(([, name = '']) => name);
  const unknown = calls.find((name) => !['success', 'failure', 'not', 'and', 'or', 'in'].includes(name));
  if (unknown !== undefined && !KNOWN_BUILTINS.has(unknown)) return `there is no function \`${unknown}\``;
  const depth = [...text].reduce((open, character) => {
    if (open < 0) return open;
    return character === '(' ? open + 1 : character === ')' ? open - 1 : open;
  }, 0);
  return depth === 0 ? null : 'its parentheses do not match';
}

/** Functions that lakeFS's expression language brings along. */
const KNOWN_BUILTINS = new Set(['len', 'all', 'none', 'any', 'one', 'filter', 'map', 'count']);

/** The value of the forms that the documentation shows, with `not`, `and`, `or` and parentheses; null for others. */
function truthOf(text: string): Truth | null {
  const tokens = text.match(
    /success\s*\(\s*\)|failure\s*\(\s*\)|true|false|&&|\|\||!|\band\b|\bor\b|\bnot\b|[()]|\S+?/g,
  );
  const parser = { tokens: tokens ?? [], at: 0 };
  const value = readOr(parser);
  return parser.at === parser.tokens.length ? value : null;
}

interface TokenReader {
  readonly tokens: readonly string[];
  at: number;
}

function readOr(reader: TokenReader): Truth | null {
  let left = readAnd(reader);
  while (['or', '||'].includes(reader.tokens[reader.at] ?? '')) {
    reader.at += 1;
    const right = readAnd(reader);
    left = left && right && { passed: left.passed || right.passed, failed: left.failed || right.failed };
  }
  return left;
}

function readAnd(reader: TokenReader): Truth | null {
  let left = readTerm(reader);
  while (['and', '&&'].includes(reader.tokens[reader.at] ?? '')) {
    reader.at += 1;
    const right = readTerm(reader);
    left = left && right && { passed: left.passed && right.passed, failed: left.failed && right.failed };
  }
  return left;
}

function readTerm(reader: TokenReader): Truth | null {
  const token = reader.tokens[reader.at]?.replaceAll(/\s/g, '');
  reader.at += 1;
  if (token === 'not' || token === '!') {
    const inner = readTerm(reader);
    return inner && { passed: !inner.passed, failed: !inner.failed };
  }
  if (token === '(') {
    const inner = readOr(reader);
    if (reader.tokens[reader.at] !== ')') return null;
    reader.at += 1;
    return inner;
  }
  if (token === 'success()') return { passed: true, failed: false };
  if (token === 'failure()') return { passed: false, failed: true };
  if (token === 'true' || token === 'false') return { passed: token === 'true', failed: token === 'true' };
  return null;
}

function broken(node: ActionNode, text: string, fault: string): Problem {
  return finding(node.at, {
    code: 'hook-if-invalid',
    message: `lakeFS cannot evaluate \`if: ${text}\`: ${fault}. Every event of this action would fail with it.`,
    hint: 'Write `success()`, `failure()` or `true`; leave it out to run after hooks that passed.',
  });
}

function never(node: ActionNode, text: string, context: LintContext): Problem {
  return finding(node.at, {
    code: 'hook-if-never',
    level: styleLevel(context),
    message: `The hook never runs: \`if: ${text}\` is never true, and what is not asked blocks nothing.`,
    hint: 'Remove `if`, or the hook.',
  });
}

function onlyAfterFailure(
  node: ActionNode,
  text: string,
  context: LintContext & { readonly isFirst: boolean },
): Problem {
  if (context.isFirst) return never(node, text, context);
  return finding(node.at, {
    code: 'hook-if-never',
    // Telling people about a failure is what failure() is for.
    level: styleLevel(context),
    message: `The hook runs only after an earlier one has failed (\`if: ${text}\`); it cannot block anything by itself.`,
    hint: 'That is right for a notice and wrong for a gate.',
  });
}
