import { type LoadedContract, loadContract } from '../../../src/core/contract/load-contract.ts';

/** The sign that stands in a test's text right before the place a problem must name. */
const MARK = '»';

export interface Marked extends LoadedContract {
  /** `line:column` of every mark, in order. */
  readonly marks: readonly string[];
}

/** Takes the marks out of a text. */
export function unmark(marked: string): { readonly text: string; readonly marks: readonly string[] } {
  const parts = marked.split(MARK);
  const marks = parts.slice(0, -1).map((_part, index) => {
    const before = parts.slice(0, index + 1).join('');
    return `${before.split('\n').length}:${before.length - before.lastIndexOf('\n')}`;
  });
  return { text: parts.join(''), marks };
}

/** Loads a contract written in a test. */
export function loadMarked(marked: string, variables: Readonly<Record<string, string>> = {}): Marked {
  const { text, marks } = unmark(marked);
  return { ...loadContract({ file: 'c.odcs.yaml', text, digest: 'd' }, { variables }), marks };
}

/** A whole contract around what a test is about. */
export function contractOf(body: string, apiVersion = 'v3.2.0'): string {
  return `apiVersion: ${apiVersion}\nkind: DataContract\nid: c\nversion: 1.0.0\nstatus: active\n${SERVERS}${body}`;
}

const SERVERS = 'servers:\n  - {server: s, type: s3, location: "s3://lake/main/{model}/"}\n';

/** A contract of one table `t`; the lines are those below the table's name. */
export function tableOf(lines: string, apiVersion?: string): string {
  return contractOf(`schema:\n  - name: t\n${indented(lines, 4)}`, apiVersion);
}

/** A contract of one table `t` with one column `a`; the lines are those below the column's name. */
export function columnOf(lines: string, apiVersion?: string): string {
  return tableOf(`properties:\n  - name: a\n${indented(lines, 4)}`, apiVersion);
}

/** A contract with one quality rule on the table `t`, which has the columns `a` and `b`. */
export function tableRule(rule: string, apiVersion?: string): string {
  return tableOf(`properties:\n  - {name: a}\n  - {name: b}\nquality:\n${item(rule, 2)}`, apiVersion);
}

/** A contract with one quality rule on the column `a`. */
export function columnRule(rule: string, apiVersion?: string): string {
  return columnOf(`quality:\n${item(rule, 2)}`, apiVersion);
}

function item(lines: string, spaces: number): string {
  const [first = '', ...rest] = lines.split('\n');
  const lead = ' '.repeat(spaces);
  return [`${lead}- ${first}`, ...rest.map((line) => `${lead}  ${line}`)].join('\n');
}

function indented(lines: string, spaces: number): string {
  return lines
    .split('\n')
    .map((line) => (line === '' ? '' : `${' '.repeat(spaces)}${line}`))
    .join('\n')
    .concat('\n');
}
