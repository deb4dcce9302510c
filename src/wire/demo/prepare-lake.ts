import { count } from '../../core/check/words.ts';
import { SluiceError } from '../../core/problem.ts';
import { type FlightData, readFlightData, toCsv, toRow } from './flight-data.ts';
import { type LakeAccess, type LakeUser, lakeUser } from './lake-user.ts';
import { CONTRACT, readShipped } from './shipped.ts';
import { AIRPORTS, damaged, FEBRUARY, JANUARY, MARCH, REPOSITORY } from './story.ts';

export interface LakeToPrepare {
  readonly lake: LakeAccess;
  readonly repository: string;
  /** Storage namespace of a repository that has to be made; null: `local://`. */
  readonly storage: string | null;
  /** How lakectl is called in what is printed. */
  readonly lakectl: string;
  /** Puts the action file on `main`; it may be there already. */
  readonly installGate: () => Promise<void>;
  readonly print: (text: string) => void;
}

const GOOD = 'february';
const BAD = 'march-damaged';

/**
 * Fills a repository of a real lakeFS with flights, a contract, the gate, and two branches to merge: one good, one
 * bad. What is there already is left as it is, so that a run which was stopped can be repeated.
 *
 * @throws SluiceError `demo-data-missing`, `demo-lake-refused`, `demo-lake-unreachable`, `demo-repository-in-use`
 */
export async function prepareLake(request: LakeToPrepare, signal: AbortSignal): Promise<void> {
  const data = readFlightData();
  const user = lakeUser(request.lake, request.repository, signal);
  await prepareMain(user, request, data);
  await request.installGate();
  await prepareBranch(user, GOOD, 'February', { [FEBRUARY]: toCsv(data.february.map(toRow)) });
  await prepareBranch(user, BAD, 'March', { [MARCH]: toCsv(damaged(data.march.map(toRow))) });
  request.print(whatToTry(request, data));
}

async function prepareMain(user: LakeUser, request: LakeToPrepare, data: FlightData): Promise<void> {
  const { repository, storage } = request;
  if (!(await user.has())) await user.createRepository(storage ?? undefined);
  if (await user.has('main', JANUARY)) return;
  refuseForeign(repository, await user.paths('main'));
  await user.upload('main', CONTRACT, contractFor(repository));
  await user.upload('main', AIRPORTS, data.airports);
  await user.upload('main', JANUARY, toCsv(data.january.map(toRow)));
  await user.commit('main', 'The airports, the flights of January, and what is promised of them');
}

/** Data of others stays alone; what an earlier run of ours uploaded and did not commit is there to go on with. */
function refuseForeign(repository: string, paths: readonly string[]): void {
  const ours = [CONTRACT, AIRPORTS, JANUARY];
  if (paths.every((path) => ours.includes(path) || path.startsWith('_lakefs_actions/'))) return;
  throw new SluiceError({
    code: 'demo-repository-in-use',
    message: `The repository ${repository} has data of its own.`,
    hint: 'Name a repository that is not there yet: it is made.',
  });
}

async function prepareBranch(
  user: LakeUser,
  branch: string,
  message: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  const paths = Object.keys(files);
  if (!(await user.has(branch))) await user.branch(branch, 'main');
  for (const path of paths) if (await user.has(branch, path)) return;
  for (const [path, text] of Object.entries(files)) await user.upload(branch, path, text);
  await user.commit(branch, message);
}

/** The contract that is shipped speaks of the demo's own repository. */
function contractFor(repository: string): string {
  return readShipped(CONTRACT).replace(`s3://${REPOSITORY}/`, `s3://${repository}/`);
}

function whatToTry({ lake, repository, lakectl }: LakeToPrepare, data: FlightData): string {
  const merge = (branch: string) => `  ${lakectl} merge lakefs://${repository}/${branch} lakefs://${repository}/main\n`;
  const [airports, january, february] = [data.airportCount, data.january.length, data.february.length].map(count);
  return [
    `The repository ${repository} of ${lake.url} is ready: ${airports} airports and ${january} flights on main.\n`,
    'Two merges to try:\n\n',
    merge(GOOD),
    `      ${february} more flights, nothing is wrong with them: merged\n`,
    merge(BAD),
    '      12 flights without an id and 200 sent twice: blocked\n',
  ].join('');
}
