import type { CheckSpec } from '../../../core/check/check.ts';
import { plural } from '../../../core/check/words.ts';
import type { Contract, ContractTable, Property } from '../../../core/contract/contract.ts';
import { type Html, html, NOTHING, prose } from '../../../core/html/html.ts';
import type { Problem } from '../../../core/problem.ts';
import { linkTo } from './decision-words.ts';
import { consolePage, emptyState } from './layout.ts';
import type { Viewer } from './session.ts';

export interface ContractsView {
  readonly viewer: Viewer;
  readonly groups: readonly ContractGroup[];
  /** Repositories to choose from, where contracts live in them and not all are shown. */
  readonly choices: readonly string[];
}

/** The contracts of one place. */
export interface ContractGroup {
  readonly contracts: readonly Contract[];
  readonly problems: readonly Problem[];
  /** Of contracts that live in a repository: which one, and its branch; null when they come from a directory. */
  readonly place: { readonly repository: string; readonly branch: string } | null;
}

/** The contracts in force. */
export function contractsPage({ viewer, groups, choices }: ContractsView): string {
  return consolePage({
    title: 'Contracts',
    place: '/contracts',
    viewer,
    body: html`<h1>Contracts</h1>
${choices.length === 0 ? null : html`<p class="lead">Contracts live in the repositories. Choose one:</p><ul class="chips">${choices.map((repository) => html`<li><a href="${linkTo('/contracts', { repository })}">${repository}</a></li>`)}</ul>`}
${groups.length === 0 && choices.length === 0 ? NO_CONTRACTS : null}
${groups.length === 1 ? groups.map(onlyGroup) : groups.map(oneOfGroups)}`,
  });
}

function onlyGroup(group: ContractGroup): Html {
  const { place, contracts, problems } = group;
  return html`${place === null ? null : html`<p class="muted">As they stand on ${place.branch} of ${place.repository}.</p>`}
${problems.map(problemLine)}
${contracts.length === 0 ? NO_CONTRACTS : contractTable(group, 'Contracts')}`;
}

function oneOfGroups(group: ContractGroup, index: number): Html {
  const { place, contracts, problems } = group;
  const id = `repository-${index + 1}`;
  const name = place?.repository ?? '';
  const none = problems.length > 0 ? null : html`<p class="muted">No contract there.</p>`;
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${name}</h2>
${place === null || place.branch === '' ? null : html`<p class="muted">As they stand on ${place.branch}.</p>`}
${problems.map(problemLine)}
${contracts.length === 0 ? none : contractTable(group, `Contracts of ${name}`)}</section>`;
}

function problemLine({ code, message, file, line, level }: Problem): Html {
  return html`<p><span class="badge ${level === 'warning' ? 'caution' : 'doubt'}">${level ?? 'error'}</span> <code>${code}</code> ${file === undefined ? null : html`<code>${file}:${line ?? 1}</code> `}${prose(message)}</p>`;
}

function contractTable({ contracts, place }: ContractGroup, label: string): Html {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${label}"><table><thead><tr><th scope="col">contract</th><th scope="col">version</th><th scope="col">owner</th><th scope="col">mode</th><th scope="col">tables</th></tr></thead>
<tbody>${contracts.map(
    ({ file, id, name, version, owner, mode, tables }) =>
      html`<tr><th scope="row"><a href="${linkTo('/contract', { file, ...place })}">${name ?? id}</a><br><code class="muted">${file}</code></th><td>${version}</td><td>${owner ?? '–'}</td><td>${mode}</td><td>${tables.map((table) => table.name).join(', ')}</td></tr>`,
  )}</tbody></table></div>`;
}

const NO_CONTRACTS: Html = emptyState(
  'No contract to show.',
  html`<code>sluice contract lint FILE</code> tells whether a contract is right; <code>sluice serve</code> reads those in the directory, or below the path in each repository, that its settings name.`,
);

export interface ContractView {
  readonly viewer: Viewer;
  readonly contract: Contract;
  readonly checks: readonly CheckSpec[];
}

/** One contract in words: what it governs, its fields, and every rule as it is checked. */
export function contractPage({ viewer, contract, checks }: ContractView): string {
  const { name, id, version, owner, mode, file, digest, apiVersion, tables } = contract;
  return consolePage({
    title: name ?? id,
    place: '/contracts',
    viewer,
    crumb: name ?? id,
    body: html`<h1>${name ?? id}</h1>
<p class="lead">${mode === 'enforce' ? 'What breaks a rule of this contract is not merged.' : 'What breaks a rule of this contract is told, and merged.'}</p>
<dl class="facts"><dt>owner</dt><dd>${owner ?? 'nobody named'}</dd><dt>version</dt><dd>${version} <span class="muted">(ODCS ${apiVersion})</span></dd><dt>mode</dt><dd>${mode}</dd><dt>file</dt><dd class="mono">${file}</dd><dt>id</dt><dd class="mono">${id}</dd><dt>digest</dt><dd class="mono">sha256:${digest}</dd></dl>
${tables.map((table) =>
  tableSection(
    table,
    checks.filter((check) => check.table === table.name),
  ),
)}`,
  });
}

function tableSection(table: ContractTable, checks: readonly CheckSpec[]): Html {
  const anchor = `table-${table.name}`;
  return html`<section aria-labelledby="${anchor}"><h2 id="${anchor}">${table.name}</h2>
<dl class="facts"><dt>governs</dt><dd>${table.locations.map(({ repository, branch, glob }) => html`<code>lakefs://${repository ?? '*'}/${branch ?? '*'}/${glob}</code> `)}</dd>${table.key.length === 0 ? null : html`<dt>key</dt><dd class="mono">${table.key.join(', ')}</dd>`}<dt>history</dt><dd><a href="${linkTo('/tables', { search: table.name })}">how ${table.name} has been doing</a></dd></dl>
<div class="scroll" tabindex="0" role="group" aria-label="Fields of ${table.name}"><table><caption>Fields</caption><thead><tr><th scope="col">field</th><th scope="col">type</th><th scope="col">must be there</th><th scope="col">unique</th><th scope="col">classification</th></tr></thead>
<tbody>${table.properties.flatMap((property) => fieldRows(property, ''))}</tbody></table></div>
<div class="scroll" tabindex="0" role="group" aria-label="Rules of ${table.name}"><table><caption>${plural(checks.length, 'rule')}, as checked at every merge</caption><thead><tr><th scope="col">what must hold</th><th scope="col">if not</th><th scope="col">rule</th><th scope="col" class="num">line</th></tr></thead>
<tbody>${checks.map(({ id, name, expected, severity, where, at }) => html`<tr><th scope="row" class="what">${prose(expected)}${where === null ? null : html`<small>where <code>${where.sql}</code></small>`}</th><td>${severity === 'error' ? 'blocks' : severity}</td><td><code>${id}</code>${name === null ? null : html`<span class="sub">${name}</span>`}</td><td class="num">${at.line}</td></tr>`)}</tbody></table></div></section>`;
}

function fieldRows(property: Property, parent: string): readonly Html[] {
  const name = `${parent}${property.name}`;
  const type = property.physicalType?.name ?? property.logicalType?.name ?? 'any';
  return [
    html`<tr><th scope="row"><code>${name}</code>${property.column === property.name ? NOTHING : html` <span class="muted">(${property.column} in the files)</span>`}</th><td>${type}</td><td>${property.required || property.primaryKey ? 'yes' : 'no'}</td><td>${property.primaryKey ? 'primary key' : property.unique ? 'yes' : 'no'}</td><td>${property.classification ?? '–'}</td></tr>`,
    ...property.properties.flatMap((inner) => fieldRows(inner, `${name}.`)),
  ];
}
