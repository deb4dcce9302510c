import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadContract } from '../../../src/core/contract/load-contract.ts';
import { formatProblem, type Problem } from '../../../src/core/problem.ts';

const FOLDER = join(import.meta.dirname, '../../../contracts');
const TEXTS = ['flights', 'flights', 'flights', 'orders'].map((name) =>
  readFileSync(join(FOLDER, `${name}.odcs.yaml`), 'utf8'),
);
const ROUNDS = 2000;

/** The same sequence on every run; a failing round can be run again by its number. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (state * 1103515245 + 12345) % 2147483648;
    yield state / 2147483648;
  }
}

const PIECES = [
  '',
  '-',
  ':',
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  '*x',
  '&x ',
  '!t ',
  '~',
  '.nan',
  '-1',
  '1e9',
  'true',
  '<<: ',
  '#',
];
const WORDS = ['mustBe', 'metric', 'type', 'sql', 'null', '[]', '{}', '${X}', '__proto__', '\u0000', '\t', '\n', 'é😀'];

/** Changes a line, a word or a character, once to four times. */
function mutate(round: number): string {
  const random = numbers(round + 1);
  const below = (limit: number): number => Math.floor(random.next().value * limit);
  const any = (list: readonly string[]): string => list[below(list.length)] ?? '';
  let text = TEXTS[round % TEXTS.length] ?? '';
  for (let times = 1 + below(4); times > 0; times -= 1) {
    const lines = text.split('\n');
    const at = below(lines.length);
    const line = lines[at] ?? '';
    const cut = below(line.length + 1);
    const changes = [
      () => lines.splice(at, 1),
      () => lines.splice(at, 0, lines[below(lines.length)] ?? ''),
      () => lines.splice(at, 1, `${' '.repeat(below(6))}${line}`),
      () => lines.splice(at, 1, line.slice(0, cut) + any(PIECES) + line.slice(cut)),
      () => lines.splice(at, 1, line.replace(/\w+/, any(WORDS))),
      () =>
        lines.splice(
          at,
          1,
          line.replace(/: .*/, () => `: ${any([...PIECES, ...WORDS])}`),
        ),
      () => lines.splice(at, 1, line.slice(0, cut) + line.slice(cut + 1)),
    ];
    changes[below(changes.length)]?.();
    text = lines.join('\n');
  }
  return text;
}

/** What a person could not use about a problem. */
function faultOf({ file, line, column, message, hint }: Problem, lines: readonly string[]): string | null {
  if (file !== 'm.odcs.yaml' || line === undefined || column === undefined) return 'no place';
  const text = lines[line - 1];
  if (text === undefined || column < 1 || column > text.length + 1) return 'a place outside the text';
  if (!message.endsWith('.') || /undefined|\[object/.test(message)) return 'no sentence';
  return hint === undefined || hint === '' ? 'no hint' : null;
}

describe('mutated contracts', () => {
  it(`give a contract or problems with places, ${ROUNDS} times`, () => {
    let refused = 0;
    const codes = new Set<string>();
    const faults: string[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const text = mutate(round);
      const lines = text.split('\n');
      const { contract, problems } = loadContract({ file: 'm.odcs.yaml', text, digest: 'd' }, { variables: {} });
      const errors = problems.filter((problem) => problem.level !== 'warning');
      if ((contract === null) !== errors.length > 0) faults.push(`round ${round}: a contract and errors`);
      refused += contract === null ? 1 : 0;
      for (const problem of problems) {
        codes.add(problem.code);
        const wrong = faultOf(problem, lines);
        if (wrong !== null) faults.push(`round ${round}: ${wrong}: ${formatProblem(problem)}`);
      }
    }
    expect(faults).toEqual([]);
    // Both ways must be taken often for this to mean anything.
    expect(refused).toBeGreaterThan(ROUNDS / 4);
    expect(ROUNDS - refused).toBeGreaterThan(ROUNDS / 20);
    expect(codes.size).toBeGreaterThan(25);
  }, 60_000);
});
