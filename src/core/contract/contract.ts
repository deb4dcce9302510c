/**
 * The typed data contract, read from an Open Data Contract Standard document (v3.0 to v3.2).
 *
 * Terminology: a *contract* governs *tables* (ODCS `schema[]`); a table has *properties* (columns, possibly nested)
 * and is stored in *objects* (files) of a lakeFS repository. A *quality rule* is what the author wrote; a *check* is
 * what Sluice runs for it (core/check).
 */
import type { SourceLocation } from '../problem.ts';
import type { ChangeRules } from './change-rules.ts';

/** A YAML value with the place of every part, for rule arguments that only a check kind understands. */
export type YamlNode =
  | { readonly kind: 'scalar'; readonly at: SourceLocation; readonly value: Literal }
  | { readonly kind: 'list'; readonly at: SourceLocation; readonly items: readonly YamlNode[] }
  | { readonly kind: 'map'; readonly at: SourceLocation; readonly entries: readonly YamlEntry[] };

export interface YamlEntry {
  readonly key: string;
  readonly keyAt: SourceLocation;
  readonly value: YamlNode;
}

/**
 * A scalar of the document. Numbers keep their decimal text, so that `9007199254740993` and `0.10` reach the engine
 * as written; `.inf` and `.nan` are refused by the parser.
 */
export type Literal =
  | { readonly type: 'null' }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'number'; readonly text: string }
  | { readonly type: 'text'; readonly text: string };

export const LOGICAL_TYPES = [
  'string',
  'date',
  'timestamp',
  'time',
  'number',
  'integer',
  'object',
  'array',
  'boolean',
  'map',
  'vector',
] as const;
export type LogicalType = (typeof LOGICAL_TYPES)[number];

export const OPERATORS = [
  'mustBe',
  'mustNotBe',
  'mustBeGreaterThan',
  'mustBeGreaterOrEqualTo',
  'mustBeLessThan',
  'mustBeLessOrEqualTo',
  'mustBeBetween',
  'mustNotBeBetween',
] as const;
export type Operator = (typeof OPERATORS)[number];

/** `percent` bounds are 0 to 100 of the rows evaluated; the `between` operators are inclusive on both ends. */
export type Unit = 'rows' | 'percent';

/** Exactly one operator. `bounds` are decimal texts: two for the `between` operators, else one. */
export interface Threshold {
  readonly operator: Operator;
  readonly bounds: readonly string[];
  readonly unit: Unit;
  readonly at: SourceLocation;
}

/** `warning` and `info` failures are reported and do not block. */
export type Severity = 'error' | 'warning' | 'info';

/** A `quality[]` item as written; which check it becomes is decided in core/check. */
export interface QualityRule {
  readonly at: SourceLocation;
  readonly id?: string;
  readonly name?: string;
  readonly description?: string;
  readonly type: 'library' | 'sql' | 'text' | 'custom';
  /** ODCS `metric`; the 3.0 spelling `rule` is read as the same. Present for `library`. */
  readonly metric?: { readonly name: string; readonly at: SourceLocation };
  /** ODCS `arguments`, for instance `validValues`, `pattern`, `missingValues`, `properties`. */
  readonly arguments?: YamlNode;
  /** Present for `sql`. */
  readonly query?: { readonly sql: string; readonly at: SourceLocation };
  /** Present for `custom`. */
  readonly engine?: { readonly name: string; readonly at: SourceLocation };
  /** Present for `custom`: text or a mapping. */
  readonly implementation?: YamlNode;
  readonly threshold?: Threshold;
  /** The author's word mapped: `info warning warn low minor trivial` do not block, anything else does. */
  readonly severity: Severity;
  readonly dimension?: string;
  /** Row condition (SQL boolean over the table's columns) from the rule's `sluice` custom property. */
  readonly where?: { readonly sql: string; readonly at: SourceLocation };
}

export const LOGICAL_TYPE_OPTIONS = [
  'minLength',
  'maxLength',
  'pattern',
  'format',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
  'required',
  'timezone',
  'defaultTimezone',
] as const;
export type LogicalTypeOptionName = (typeof LOGICAL_TYPE_OPTIONS)[number];

export interface LogicalTypeOption {
  readonly name: LogicalTypeOptionName;
  readonly value: YamlNode;
  readonly at: SourceLocation;
}

/** A foreign key. `from` and `to` have the same length and name properties as written in the contract. */
export interface Relationship {
  readonly at: SourceLocation;
  readonly id?: string;
  readonly from: readonly string[];
  /** Name of the parent table as the contract calls it, and the contract file when it is another one. */
  readonly to: { readonly contract?: string; readonly table: string; readonly properties: readonly string[] };
}

export interface Property {
  readonly at: SourceLocation;
  readonly name: string;
  /** The column's name in the files: `physicalName`, else `name`. */
  readonly column: string;
  readonly logicalType?: { readonly name: LogicalType; readonly at: SourceLocation };
  readonly physicalType?: { readonly name: string; readonly at: SourceLocation };
  readonly required: boolean;
  readonly unique: boolean;
  readonly primaryKey: boolean;
  /** ODCS `primaryKeyPosition`, from 1; absent when not given. */
  readonly primaryKeyPosition?: number;
  readonly classification?: string;
  /** ODCS 3.2 `enum[].value`. */
  readonly enum?: { readonly values: readonly Literal[]; readonly at: SourceLocation };
  readonly options: readonly LogicalTypeOption[];
  readonly relationships: readonly Relationship[];
  readonly quality: readonly QualityRule[];
  /** Fields of an `object`. */
  readonly properties: readonly Property[];
  /** Element of an `array`. */
  readonly items?: Property;
  /** Places of single attributes (`required`, `unique`, `primaryKey`, ...), for reports that point at the line. */
  readonly attributeAt: Readonly<Record<string, SourceLocation>>;
}

export type DataFormat = 'parquet' | 'csv' | 'json';

/** How text objects are read. Nothing is sniffed: what is not written here has the default named. */
export interface ReaderOptions {
  /** Default `,`. */
  readonly delimiter: string;
  /** Default `"`. */
  readonly quote: string;
  /** Default: the quote character, doubled inside quotes (RFC 4180). */
  readonly escape: string;
  /** Default true: the first record names the columns and binds them by name. */
  readonly header: boolean;
  /** Default `utf-8`; also `latin-1` and `utf-16`. */
  readonly encoding: 'utf-8' | 'latin-1' | 'utf-16';
  /** Texts that mean NULL beside the unquoted empty field. Default none. */
  readonly nullTokens: readonly string[];
}

/** Which objects hold the table. */
export interface TableLocation {
  /** Absent: any repository the contract is used in. */
  readonly repository?: string;
  /** Absent: any governed branch. */
  readonly branch?: string;
  /** Path or glob inside the repository; a path ending in `/` means everything below it. */
  readonly glob: string;
  readonly at: SourceLocation;
}

/** What reports may show of the data itself. Default: nothing. */
export interface Samples {
  /** Property names. */
  readonly columns: readonly string[];
  /** Rows of each kind of change. */
  readonly limit: number;
}

/** What extra columns (in the data, not in the contract) mean. */
export type ExtraColumns = 'allow' | 'warn' | 'fail';

export interface ContractTable {
  readonly at: SourceLocation;
  readonly name: string;
  /** There is no contract: properties are what was found in the data, and no object needs to have any of them. */
  readonly isFromData?: true;
  /** ODCS `physicalName`, when given. */
  readonly physicalName?: string;
  readonly locations: readonly TableLocation[];
  /** Absent: told by the object's name (`.parquet`, `.csv`, `.jsonl`, ..., with `.gz` or `.zst`). */
  readonly format?: DataFormat;
  readonly reader: ReaderOptions;
  readonly extraColumns: ExtraColumns;
  readonly samples: Samples;
  readonly changeRules: ChangeRules;
  /** Key columns (property names): the sluice block's `key`, else the primary key in position order. */
  readonly key: readonly string[];
  readonly properties: readonly Property[];
  readonly relationships: readonly Relationship[];
  readonly quality: readonly QualityRule[];
}

/** An ODCS `slaProperties[]` item. */
export interface SlaProperty {
  readonly at: SourceLocation;
  readonly id?: string;
  readonly property: string;
  readonly value: Literal;
  readonly unit?: string;
  /** `table.column`, several separated by commas. */
  readonly element?: { readonly text: string; readonly at: SourceLocation };
  readonly driver?: string;
}

/** `enforce` blocks, `warn` reports failures without blocking, `audit` only records. */
export type ContractMode = 'enforce' | 'warn' | 'audit';

/**
 * Which failures block: `any`; `new`, those of which this change brings some; `ratchet`, those that this change makes
 * more. What does not block is a warning.
 */
export type BlockOn = 'any' | 'new' | 'ratchet';

export interface Contract {
  /** Path as people know it; part of every location. */
  readonly file: string;
  /** SHA-256 (hex) of the exact file bytes. */
  readonly digest: string;
  readonly apiVersion: string;
  readonly id: string;
  readonly name?: string;
  readonly version: string;
  readonly status?: string;
  readonly owner?: string;
  readonly mode: ContractMode;
  readonly blockOn: BlockOn;
  readonly tables: readonly ContractTable[];
  readonly slaProperties: readonly SlaProperty[];
}

/** A contract document before it is parsed. */
export interface ContractDocument {
  readonly file: string;
  readonly text: string;
  readonly digest: string;
}
