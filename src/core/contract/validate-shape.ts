import { Ajv2020 } from 'ajv/dist/2020.js';
import schema from './contract.schema.json' with { type: 'json' };
import type { YamlNode } from './contract.ts';
import { convertSchemaErrors, type ShapeProblem } from './convert-schema-errors.ts';
import { plainValue } from './yaml-node.ts';

/** Judges the shape of a document by contract.schema.json; none of its rules looks at the data's meaning. */
export function validateShape(root: YamlNode): readonly ShapeProblem[] {
  return isContract(plainValue(root)) ? [] : convertSchemaErrors(root, isContract.errors ?? []);
}

const isContract = new Ajv2020({
  // The document is small and its size capped, and its author wants to see everything at once.
  allErrors: true,
  strict: true,
  strictRequired: false,
  allowUnionTypes: true,
  verbose: true,
}).compile(schema);
