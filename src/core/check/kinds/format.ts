import { type SqlFragment, sql, value } from '../../sql.ts';
import type { CheckKind, ColumnBinding, SpecOf, TextFormat } from '../check.ts';
import { judgeCounted, overColumn, wrongType } from '../judging.ts';

const OCTET = '(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
const IPV4 = `${OCTET}(\\.${OCTET}){3}`;
const LABEL = '[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
const DATE = '[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])';
const TIME = '([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\\.[0-9]+)?';
const OFFSET = '([zZ]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])';
const GROUP = '[0-9A-Fa-f]{1,4}';

/** RFC 4291 section 2.2: eight groups, one run of zeros as `::`, the last 32 bits as IPv4 if wished. */
function ipv6(): string {
  const tail = `(${GROUP}:${GROUP}|${IPV4})`;
  const forms = [`(${GROUP}:){6}${tail}`, `::(${GROUP}:){5}${tail}`];
  for (let before = 1; before <= 5; before += 1) {
    forms.push(`(${GROUP}(:${GROUP}){0,${before - 1}})?::(${GROUP}:){${5 - before}}${tail}`);
  }
  forms.push(`(${GROUP}(:${GROUP}){0,5})?::${GROUP}`, `(${GROUP}(:${GROUP}){0,6})?::`);
  return `(${forms.join('|')})`;
}

/**
 * One RE2 expression per format, matched against the whole text: RFC 4122 (uuid), the addr-spec people use (email),
 * RFC 3986 with a scheme (uri), RFC 3339 (date, date-time, time), RFC 1123 (hostname).
 */
const EXPRESSIONS: Readonly<Record<Exclude<TextFormat, 'json'>, string>> = {
  uuid: '[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}',
  email: `[A-Za-z0-9!#$%&'*+/=?^_\`{|}~-]+(\\.[A-Za-z0-9!#$%&'*+/=?^_\`{|}~-]+)*@${LABEL}(\\.${LABEL})+`,
  uri: "[A-Za-z][A-Za-z0-9+.-]*:([A-Za-z0-9._~:/?#\\[\\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+",
  date: DATE,
  'date-time': `${DATE}[tT]${TIME}${OFFSET}`,
  time: `${TIME}${OFFSET}?`,
  ipv4: IPV4,
  ipv6: ipv6(),
  hostname: `${LABEL}(\\.${LABEL})*`,
};

/** Names the contract may use; the standard's spellings vary. */
export const TEXT_FORMATS: Readonly<Record<string, TextFormat>> = {
  uuid: 'uuid',
  email: 'email',
  uri: 'uri',
  url: 'uri',
  date: 'date',
  'date-time': 'date-time',
  datetime: 'date-time',
  time: 'time',
  ipv4: 'ipv4',
  ipv6: 'ipv6',
  hostname: 'hostname',
  json: 'json',
};

/** ODCS `logicalTypeOptions.format` on text. */
export const format: CheckKind<SpecOf<'format'>> = {
  kind: 'format',
  compile: (spec, context) => overColumn(spec, context, (column) => breaksFormat(spec, column)),
  judge: (spec, state) => judgeCounted(spec, state, `no ${spec.format}`),
};

function breaksFormat(spec: SpecOf<'format'>, column: ColumnBinding): SqlFragment | string {
  const { expression, type } = column;
  if (type.family === 'uuid' && spec.format === 'uuid') return sql`false`;
  if (type.family !== 'text') return wrongType(spec, column, 'text');
  if (spec.format === 'json') return sql`NOT json_valid(${expression})`;
  const mismatch = sql`NOT regexp_full_match(${expression}, ${value(EXPRESSIONS[spec.format])})`;
  switch (spec.format) {
    case 'date':
      return sql`(${mismatch} OR TRY_CAST(${expression} AS DATE) IS NULL)`;
    case 'date-time':
      // The grammar lets 30 February through; the calendar is asked for the date alone.
      return sql`(${mismatch} OR TRY_CAST(${expression}[1:10] AS DATE) IS NULL)`;
    case 'hostname':
    case 'email':
      return sql`(${mismatch} OR length(${expression}) > 254)`;
    default:
      return mismatch;
  }
}
