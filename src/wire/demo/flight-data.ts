import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { SluiceError } from '../../core/problem.ts';

/** A flight of the package's `flights-20k.json`, with the number that we give it: the data has no key of its own. */
export interface Flight {
  readonly id: number;
  /** `2001/03/31 22:27`. */
  readonly date: string;
  /** Minutes. */
  readonly delay: number;
  /** Miles. */
  readonly distance: number;
  readonly origin: string;
  readonly destination: string;
}

export interface FlightData {
  /** Where the package's airports.csv is. */
  readonly airportsPath: string;
  /** Its text. */
  readonly airports: string;
  /** How many airports it names. */
  readonly airportCount: number;
  readonly january: readonly Flight[];
  readonly february: readonly Flight[];
  readonly march: readonly Flight[];
}

/** 20,000 real flights of early 2001 and all airports, from the npm package vega-datasets. */
export function readFlightData(): FlightData {
  const folder = dataFolder();
  const airportsPath = join(folder, 'airports.csv');
  const airports = readFileSync(airportsPath, 'utf8');
  const parsed = JSON.parse(readFileSync(join(folder, 'flights-20k.json'), 'utf8')) as readonly Omit<Flight, 'id'>[];
  const flights = parsed.map((flight, index) => ({ id: index + 1, ...flight }));
  const month = (name: string) => flights.filter((flight) => flight.date.startsWith(name));
  return {
    airportsPath,
    airports,
    airportCount: rowsOf(airports).length,
    january: month('2001/01'),
    february: month('2001/02'),
    march: month('2001/03'),
  };
}

const COLUMNS = ['id', 'date', 'delay', 'distance', 'origin', 'destination'] as const;

/** One row as the CSV shows it; a column of another name is one more column of the file. */
export type FlightRow = Readonly<Record<(typeof COLUMNS)[number], string | number>> & Readonly<Record<string, unknown>>;

/** The flights as CSV. An empty text is a missing value. */
export function toCsv(rows: readonly FlightRow[]): string {
  const extra = Object.keys(rows[0] ?? {}).filter((name) => !COLUMNS.some((column) => column === name));
  const names = [...COLUMNS, ...extra];
  return [names, ...rows.map((row) => names.map((name) => row[name]))].map((cells) => `${cells.join(',')}\n`).join('');
}

/** A flight as the lake has it: the departure in ISO 8601. */
export function toRow(flight: Flight): FlightRow {
  return { ...flight, date: `${flight.date.replaceAll('/', '-').replace(' ', 'T')}:00` };
}

/** The airports without one of them. */
export function withoutAirport(airports: string, iata: string): string {
  return airports
    .split('\n')
    .filter((line) => !line.startsWith(`${iata},`))
    .join('\n');
}

function rowsOf(csv: string): readonly string[] {
  return csv.trim().split('\n').slice(1);
}

function dataFolder(): string {
  try {
    const entry = createRequire(import.meta.url).resolve('vega-datasets');
    return join(dirname(entry), '..', 'data');
  } catch (cause) {
    throw new SluiceError(
      {
        code: 'demo-data-missing',
        message: 'The demo needs the flights of the npm package vega-datasets, which is not installed.',
        hint: 'Run the demo in a checkout of Sluice after `npm ci`, or install the flights beside it: npm install --global vega-datasets',
      },
      { cause },
    );
  }
}
