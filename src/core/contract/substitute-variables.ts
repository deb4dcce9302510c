import { type Problem, problemAt } from '../problem.ts';
import type { YamlNode } from './contract.ts';

export interface Substituted {
  readonly root: YamlNode;
  readonly problems: readonly Problem[];
}

/**
 * Replaces `${NAME}` and `${NAME:-default}` in every text value (ODCS 3.2, "Variables"): the default is used verbatim
 * when the variable is unset or empty, and without a default that is an error, never an empty text. Values are not
 * looked through again. In a `query`, the older placeholders `${object}` and `${property}` keep their meaning.
 */
export function substituteVariables(root: YamlNode, variables: Readonly<Record<string, string>>): Substituted {
  const problems: Problem[] = [];
  return { root: substituteNode(root, '', { variables, problems }), problems };
}

interface Substitution {
  readonly variables: Readonly<Record<string, string>>;
  readonly problems: Problem[];
}

const REFERENCE = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;

/** Placeholders that ODCS queries had before variables came to the standard. */
const QUERY_PLACEHOLDERS = ['object', 'table', 'model', 'schema', 'property', 'column', 'field'];

function substituteNode(node: YamlNode, key: string, substitution: Substitution): YamlNode {
  switch (node.kind) {
    case 'list':
      return { ...node, items: node.items.map((item) => substituteNode(item, key, substitution)) };
    case 'map': {
      const entries = node.entries.map((entry) => ({
        ...entry,
        value: substituteNode(entry.value, entry.key, substitution),
      }));
      return { ...node, entries };
    }
    case 'scalar':
      if (node.value.type !== 'text' || !node.value.text.includes('${')) return node;
      return { ...node, value: { type: 'text', text: substituteText(node.value.text, key, node, substitution) } };
  }
}

function substituteText(text: string, key: string, node: YamlNode, { variables, problems }: Substitution): string {
  return text.replace(REFERENCE, (whole: string, name: string, fallback: string | undefined) => {
    if (key === 'query' && fallback === undefined && QUERY_PLACEHOLDERS.includes(name)) return whole;
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (value !== undefined && value !== '') return value;
    if (fallback !== undefined) return fallback;
    problems.push(
      problemAt(node.at, {
        code: 'variable-unresolved',
        message: `The variable \`${name}\` is not set.`,
        hint: `Set it, or give a default: \`\${${name}:-...}\`.`,
      }),
    );
    return whole;
  });
}
