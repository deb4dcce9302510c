import { writeFileSync } from 'node:fs';
import { count } from '../../core/check/words.ts';
import { type FlightData, type FlightRow, toCsv, toRow, withoutAirport } from './flight-data.ts';
import type { LakeUser } from './lake-user.ts';
import type { World } from './world.ts';

export const REPOSITORY = 'air-travel';
export const AIRPORTS = 'airports/airports.csv';
export const JANUARY = 'flights/2001-01.csv';
export const FEBRUARY = 'flights/2001-02.csv';
export const MARCH = 'flights/2001-03.csv';
/** No flight of January or February goes there; three of March do. */
const CLOSED = 'STX';

/** One merge into main. */
export interface Step {
  readonly title: string;
  /** What happens, for someone who has never seen lakeFS. */
  readonly told: string;
  /** The branch that is merged. */
  readonly branch: string;
  readonly expected: 'approved' | 'rejected' | 'undecided';
  /** What has to be done before the merge. */
  prepare(): Promise<void>;
}

/** Makes the repository: the action file, the airports and January on main. */
export async function setUp(user: LakeUser, world: World, data: FlightData): Promise<void> {
  await user.createRepository();
  await user.upload('main', '_lakefs_actions/sluice.yaml', world.actionText);
  await user.upload('main', AIRPORTS, data.airports);
  await user.upload('main', JANUARY, toCsv(data.january.map(toRow)));
  await user.commit('main', 'The airports, and the flights of January');
}

/** The merges in their order; each builds on those before it. */
export function story(user: LakeUser, world: World, data: FlightData): readonly Step[] {
  const scene: Scene = {
    world,
    airports: data.airports,
    march: data.march.map(toRow),
    branchOff: async (branch, message, files) => {
      await user.branch(branch, 'main');
      for (const [path, text] of Object.entries(files)) await user.upload(branch, path, text);
      await user.commit(branch, message);
    },
  };
  return [...singleBranches(scene, data.february.map(toRow)), ...twoBranches(scene), ...misspeltContract(scene)];
}

interface Scene {
  readonly world: World;
  readonly airports: string;
  readonly march: readonly FlightRow[];
  /** Makes a branch of main, changes files on it, commits. */
  branchOff(branch: string, message: string, files: Readonly<Record<string, string>>): Promise<void>;
}

function singleBranches({ branchOff, march }: Scene, february: readonly FlightRow[]): readonly Step[] {
  return [
    {
      title: 'February arrives',
      told: `A branch brings ${count(february.length)} more flights. Nothing is wrong with them.`,
      branch: 'february',
      expected: 'approved',
      prepare: () => branchOff('february', 'February', { [FEBRUARY]: toCsv(february) }),
    },
    {
      title: 'March arrives damaged',
      told: 'The export lost the ids of 12 flights and sent 200 others twice.',
      branch: 'march-damaged',
      expected: 'rejected',
      prepare: () => branchOff('march-damaged', 'March', { [MARCH]: toCsv(damaged(march)) }),
    },
    {
      title: 'March again, from a new program',
      told: 'It writes "n/a" for a delay that nobody measured, and adds a column that nobody agreed on.',
      branch: 'march-reformed',
      expected: 'rejected',
      prepare: () => branchOff('march-reformed', 'March', { [MARCH]: toCsv(reformed(march)) }),
    },
  ];
}

function twoBranches({ branchOff, airports, march }: Scene): readonly Step[] {
  return [
    {
      title: 'An airport closes',
      told:
        `Two branches leave main. One removes the airport of St. Croix, ${CLOSED}, to which nobody flew in January and ` +
        'February; the other brings March, without a fault this time. The first is merged:',
      branch: 'close-st-croix',
      expected: 'approved',
      prepare: async () => {
        await branchOff('march', 'March', { [MARCH]: toCsv(march) });
        await branchOff('close-st-croix', 'St. Croix closes', { [AIRPORTS]: withoutAirport(airports, CLOSED) });
      },
    },
    {
      title: 'March flies to the airport that closed',
      told:
        'Each branch is fine alone. They change different files, so lakeFS sees no conflict. But in March three flights ' +
        'go to or from St. Croix, and Sluice looks at what main would be after the merge.',
      branch: 'march',
      expected: 'rejected',
      prepare: async () => {},
    },
  ];
}

function misspeltContract({ world, branchOff, airports, march }: Scene): readonly Step[] {
  const branch = 'march-and-st-croix';
  const files = { [AIRPORTS]: airports, [MARCH]: toCsv(march) };
  return [
    {
      title: 'A typo in the contract',
      told:
        'A new branch has March and St. Croix, so the data is right. But somebody just added a rule to the contract, and ' +
        'wrote "requird". A rule that is not understood protects nobody: the gate stays shut until it is.',
      branch,
      expected: 'undecided',
      prepare: async () => {
        writeFileSync(world.contractPath, withRule(world.contractText, 'requird: true'));
        await branchOff(branch, 'March, and St. Croix again', files);
      },
    },
    {
      title: 'The typo is mended',
      told: 'The same merge again. Nothing was restarted: the contract is read anew for every merge.',
      branch,
      expected: 'approved',
      prepare: async () => writeFileSync(world.contractPath, withRule(world.contractText, 'required: true')),
    },
  ];
}

/** An export that lost the ids of 12 flights and sent 200 others twice. */
export function damaged(rows: readonly FlightRow[]): readonly FlightRow[] {
  const every = Math.floor(rows.length / 12);
  const holes = rows.map((row, index) => (index % every === 0 && index < every * 12 ? { ...row, id: '' } : row));
  return [...holes, ...rows.slice(1, 201)];
}

function reformed(rows: readonly FlightRow[]): readonly FlightRow[] {
  return rows.map((row, index) => ({ ...row, delay: index % 100 === 0 ? 'n/a' : row.delay, cancelled: 'no' }));
}

/** The contract with one more rule for the distance. */
function withRule(contract: string, rule: string): string {
  return contract.replace('- name: distance\n', (line) => `${line}        ${rule}\n`);
}
