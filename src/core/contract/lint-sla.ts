import { type Problem, problemAt, type SourceLocation } from '../problem.ts';
import type { Contract, SlaProperty, YamlNode } from './contract.ts';
import { unknownColumn } from './lint-references.ts';
import { nearestWord } from './nearest-word.ts';
import { childOf, itemsOf } from './yaml-node.ts';

/** Service levels that become checks; the others are promises about people and systems. */
const CHECKED = ['freshness', 'latency'];

/** The names of the standard and of its examples. */
const KNOWN = [
  ...CHECKED,
  'availability',
  'throughput',
  'errorRate',
  'generalAvailability',
  'endOfSupport',
  'endOfLife',
  'retention',
  'frequency',
  'timeOfAvailability',
  'timeToDetect',
  'timeToNotify',
  'timeToRepair',
];

/** Unknown service levels, and checked ones whose element is not in the contract. */
export function lintSla(contract: Contract, root: YamlNode): readonly Problem[] {
  const nodes = itemsOf(root, 'slaProperties');
  return contract.slaProperties.flatMap((sla, index) => {
    const at = childOf(nodes[index], 'property')?.at ?? sla.at;
    return [...unknownProperty(sla, at), ...lintElement(contract, sla)];
  });
}

/** The standard does not close the list, so only what looks like a checked one misspelt is an error. */
function unknownProperty(sla: SlaProperty, at: SourceLocation): readonly Problem[] {
  if (KNOWN.some((name) => name.toLowerCase() === sla.property.toLowerCase())) return [];
  const nearest = nearestWord(sla.property, KNOWN);
  return [
    problemAt(at, {
      code: 'sla-unknown',
      ...(nearest !== null && CHECKED.includes(nearest) ? {} : { level: 'warning' }),
      message: `There is no service level "${sla.property}" in the standard; it is not checked.`,
      hint: nearest === null ? `Sluice checks ${CHECKED.join(' and ')}.` : `Did you mean \`${nearest}\`?`,
    }),
  ];
}

function lintElement(contract: Contract, sla: SlaProperty): readonly Problem[] {
  const checked = CHECKED.includes(sla.property.toLowerCase());
  if (sla.element === undefined) {
    if (!checked) return [];
    const message = `The service level ${sla.property} does not say which column it is about.`;
    return [problemAt(sla.at, { code: 'sla-element-missing', message, hint: 'Add `element: table.column`.' })];
  }
  const { at, text } = sla.element;
  const problems = text.split(',').flatMap((element) => lintOneElement(contract, element.trim(), at));
  return checked ? problems : problems.map((problem) => ({ ...problem, level: 'warning' }));
}

function lintOneElement(contract: Contract, element: string, at: SourceLocation): readonly Problem[] {
  const dot = element.indexOf('.');
  const name = dot < 0 ? element : element.slice(0, dot);
  const table = contract.tables.find((one) => one.name === name || one.physicalName === name);
  if (table !== undefined && dot >= 0) return unknownColumn(table, element.slice(dot + 1), at);
  if (table !== undefined) {
    const message = `The element ${element} names a table and no column.`;
    return [problemAt(at, { code: 'sla-element-missing', message, hint: `Write \`${name}.<property>\`.` })];
  }
  const nearest = nearestWord(
    name,
    contract.tables.map((one) => one.name),
  );
  const message = `The contract has no table ${name}, so ${element} cannot be checked.`;
  const hint = nearest === null ? 'Write `table.column` with a table of `schema`.' : `Did you mean \`${nearest}\`?`;
  return [problemAt(at, { code: 'table-unknown', message, hint })];
}
