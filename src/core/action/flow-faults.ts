import { type Document, isCollection, type Node, type Scalar, visit } from 'yaml';

/** A text inside brackets that lakeFS's YAML reader stumbles over. */
export interface FlowFault {
  readonly offset: number;
  readonly text: string;
}

/**
 * yaml.v3 is older than YAML 1.2 where texts stand inside brackets without quotes: a `?` ends them, and a `:` before a
 * bracket or at the start begins something else. `branches: [release-?]` is 500 for every commit (tried with lakectl).
 */
export function flowFaults(document: Document): readonly FlowFault[] {
  const faults: FlowFault[] = [];
  visit(document, {
    Scalar: (_, scalar, path) => {
      const inBrackets = path.some((node) => isCollection(node) && node.flow === true);
      const text = scalar.source ?? '';
      if (inBrackets && isPlain(scalar) && /\?|^:|:[[\]{},]/.test(text)) {
        faults.push({ offset: (scalar as Node).range?.[0] ?? 0, text });
      }
    },
  });
  return faults;
}

function isPlain(scalar: Scalar): boolean {
  return scalar.type === 'PLAIN' && scalar.tag === undefined;
}
