import { expect, it } from 'vitest';
import { mapLeaves } from '../../../src/core/plan/type-name.ts';

it.each([
  ['INTEGER', '<INTEGER>'],
  ['DECIMAL(18,2)[]', '(<DECIMAL(18,2) x>)[]'],
  [
    'STRUCT(a INTEGER, "b, c) [" VARCHAR[], "d""e" STRUCT(f BLOB))',
    'STRUCT(a <INTEGER>, "b, c) [" <VARCHAR>[], "d""e" STRUCT(f <BLOB>))',
  ],
  ['MAP(VARCHAR, TIMESTAMP WITH TIME ZONE[])[3]', 'MAP(<VARCHAR>, (<TIMESTAMP WITH TIME ZONE x>)[])[3]'],
  ["GEOMETRY('OGC:CRS84')", "<GEOMETRY('OGC:CRS84')>"],
])('the parts of %s are replaced one by one', (name, expected) => {
  const leaf = (part: string): string => (/[ (]/.test(part) && !part.startsWith('G') ? `<${part} x>` : `<${part}>`);
  expect(mapLeaves(name, leaf)).toBe(expected);
  expect(mapLeaves(name, (part) => part)).toBe(name);
});
