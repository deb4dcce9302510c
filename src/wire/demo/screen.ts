import { wrap } from '../../core/report/text/line.ts';

/** Columns, as the report in the hook's log has. */
const WIDTH = 100;

/** Writes the demo for people; plain text when there is no terminal to colour. */
export interface Screen {
  line(text?: string): void;
  /** A text in lines as long as the screen is wide. */
  paragraph(text: string): void;
  /** A heading over the width of the screen. */
  heading(text: string): void;
  /** What a person types. */
  command(text: string): void;
  /** What a program answers. */
  answer(text: string): void;
  /** Sluice's report, unchanged but for its colours. */
  report(text: string): void;
  /** Columns as wide as they need to be; the first row is the head. */
  table(rows: readonly (readonly string[])[]): void;
}

type Style = 'strong' | 'dim' | 'good' | 'bad' | 'doubt';

const CODES: Readonly<Record<Style, number>> = { strong: 1, dim: 2, good: 32, bad: 31, doubt: 35 };

/** A screen on any stream. */
export function createScreen(stdout: { write(text: string): unknown }, color: boolean): Screen {
  const paint = (style: Style, text: string) => (color ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text);
  const line = (text = '') => {
    stdout.write(`${text}\n`);
  };
  const verdicts = (text: string) =>
    text.replace(VERDICT, (word) => paint(STYLES[word.toLowerCase()] ?? 'doubt', word));
  return {
    line,
    paragraph: (text) => line(wrap(text, WIDTH).join('\n')),
    heading: (text) => line(`\n${paint('strong', `━━ ${text} `.padEnd(WIDTH, '━'))}\n`),
    command: (text) => line(`\n${paint('strong', `$ ${text}`)}`),
    answer: (text) => line(text),
    report: (text) => {
      const marked = text.replace(
        /^( {2})(error|warning|could not run)(?=\[)/gm,
        (_all, indent: string, word: string) => {
          return indent + paint(word === 'error' ? 'bad' : 'doubt', word);
        },
      );
      line(verdicts(marked).trimEnd());
    },
    table: (rows) => {
      const widths = (rows[0] ?? []).map((_cell, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
      for (const [index, row] of rows.entries()) {
        const text = `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('   ')}`.trimEnd();
        line(index === 0 ? paint('dim', text) : verdicts(text));
      }
    },
  };
}

const STYLES: Readonly<Record<string, Style>> = { approved: 'good', rejected: 'bad', undecided: 'doubt' };
const VERDICT = /^(?:APPROVED|REJECTED|UNDECIDED)|(?<= {3})(?:approved|rejected|undecided)(?= {3}|$)/gm;
