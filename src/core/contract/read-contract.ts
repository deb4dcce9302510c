import { type Problem, problemAt } from '../problem.ts';
import type { BlockOn, Contract, ContractDocument, ContractMode, SlaProperty, YamlNode } from './contract.ts';
import { optional, type ReadContext, sluiceBlock } from './read-context.ts';
import { readServers } from './read-location.ts';
import { readTable } from './read-table.ts';
import { childOf, itemsOf, placedText, textOf } from './yaml-node.ts';

export interface ReadResult {
  readonly contract: Contract;
  readonly problems: readonly Problem[];
}

/** Turns a document of valid shape into a {@link Contract}; what has a shape and no meaning is a problem. */
export function readContract(document: ContractDocument, root: YamlNode): ReadResult {
  const problems: Problem[] = [];
  const apiVersion = textOf(root, 'apiVersion') ?? '';
  const context: ReadContext = {
    root,
    version: apiVersion.startsWith('v3.0') ? '3.0' : apiVersion.startsWith('v3.1') ? '3.1' : '3.2',
    report: (at, problem) => problems.push(problemAt(at, problem)),
  };
  const block = sluiceBlock(root);
  const servers = readServers(context);
  const nodes = itemsOf(root, 'schema');
  const tables = nodes.map((node) => readTable(context, node, { block, servers, alone: nodes.length === 1 }));
  const contract: Contract = {
    file: document.file,
    digest: document.digest,
    apiVersion,
    id: textOf(root, 'id') ?? '',
    ...optional('name', textOf(root, 'name')),
    version: textOf(root, 'version') ?? '',
    ...optional('status', textOf(root, 'status')),
    ...optional('owner', readOwner(root)),
    mode: readMode(textOf(block, 'mode')),
    blockOn: readBlockOn(textOf(block, 'blockOn')),
    tables,
    slaProperties: itemsOf(root, 'slaProperties').map((node) => readSla(root, node)),
  };
  return { contract, problems };
}

function readMode(word: string | undefined): ContractMode {
  return word === 'warn' || word === 'audit' ? word : 'enforce';
}

function readBlockOn(word: string | undefined): BlockOn {
  return word === 'new' || word === 'ratchet' ? word : 'any';
}

/** The team member with the role of owner (`Owner`, `Data Owner`, ...), else the team's name. */
function readOwner(root: YamlNode): string | undefined {
  const team = childOf(root, 'team');
  const members = team?.kind === 'list' ? team.items : itemsOf(team, 'members');
  const current = members.filter((member) => textOf(member, 'dateOut') === undefined);
  const owner = current.find((member) => /\bowner\b/i.test(textOf(member, 'role') ?? ''));
  return textOf(owner, 'username') ?? textOf(owner, 'name') ?? textOf(team, 'name');
}

function readSla(root: YamlNode, node: YamlNode): SlaProperty {
  const value = childOf(node, 'value');
  return {
    at: node.at,
    ...optional('id', textOf(node, 'id')),
    property: textOf(node, 'property') ?? '',
    value: value?.kind === 'scalar' ? value.value : { type: 'null' },
    ...optional('unit', textOf(node, 'unit')),
    // Deprecated since 3.1 and still what 3.0 contracts have.
    ...optional('element', placedText(node, 'element') ?? placedText(root, 'slaDefaultElement')),
    ...optional('driver', textOf(node, 'driver')),
  };
}
