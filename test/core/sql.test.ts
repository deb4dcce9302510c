import { describe, expect, it } from 'vitest';
import { authored, compile, identifier, inlineValues, join, sql, value } from '../../src/core/sql.ts';

describe('fragments', () => {
  it('numbers values in the order of the text, however they were nested', () => {
    const inner = sql`${value('a')} AND ${value(2)}`;
    expect(compile(sql`SELECT ${value(true)} WHERE (${inner}) OR ${join([value(null), value(['x'])], ', ')}`)).toEqual({
      sql: 'SELECT $1 WHERE ($2 AND $3) OR $4, $5',
      parameters: [true, 'a', 2, null, ['x']],
    });
  });

  it('quotes identifiers by doubling', () => {
    expect(compile(sql`${identifier('a"b; DROP TABLE x --')}`).sql).toBe('"a""b; DROP TABLE x --"');
  });

  it('never takes a value for text', () => {
    expect(compile(sql`${value("'; --")}`)).toEqual({ sql: '$1', parameters: ["'; --"] });
  });

  it('writes values into the text where no parameter may stand', () => {
    const all = sql`${value("o'b")} ${value(1)} ${value(false)} ${value(null)} ${value(["a'", 'b'])}`;
    expect(compile(inlineValues(all))).toEqual({ sql: "'o''b' 1 false NULL ['a''', 'b']", parameters: [] });
  });

  it('joins nothing to nothing', () => {
    expect(compile(join([], ' AND '))).toEqual({ sql: '', parameters: [] });
  });

  it('leaves an author’s text as it is, also where it looks like a placeholder', () => {
    expect(compile(sql`${authored('a = $1')} AND b = ${value(5)}`)).toEqual({
      sql: 'a = $1 AND b = $1',
      parameters: [5],
    });
  });
});
