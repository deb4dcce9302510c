import { count } from '../../core/check/words.ts';
import { type FlightData, readFlightData } from './flight-data.ts';
import { goodbye, stillRunning } from './goodbye.ts';
import { type LakeUser, lakeUser, type MergeAnswer } from './lake-user.ts';
import { createScreen, type Screen } from './screen.ts';
import { CONTRACT } from './shipped.ts';
import { REPOSITORY, type Step, setUp, story } from './story.ts';
import { startWorld } from './world.ts';

export interface DemoOptions {
  /** Leaves lake and gate running after the last merge, until the signal. */
  readonly keep: boolean;
  readonly stdout: { write(text: string): unknown };
  /** Colours, or none. */
  readonly isTTY: boolean;
  /** Ends the demo at any moment; nothing is left behind. */
  readonly signal: AbortSignal;
}

/**
 * Merges real data into a gated branch, good and bad, and shows what a user would see of it.
 *
 * @returns the exit code: 0 when every merge ended as told, else 1
 * @throws SluiceError `demo-data-missing`, `demo-lake-refused`; whatever keeps the gate from starting
 */
export async function runDemo({ keep, stdout, isTTY, signal }: DemoOptions): Promise<number> {
  const screen = createScreen(stdout, isTTY);
  const data = readFlightData();
  const world = await startWorld();
  try {
    const user = lakeUser(world.lake, REPOSITORY, signal);
    await setUp(user, world, data);
    introduce(screen, data);
    const outcomes = await playAll(story(user, world, data), user, screen);
    summarize(screen, outcomes);
    goodbye(screen, data, keep);
    if (keep) await stillRunning(screen, world, signal);
    return outcomes.every(({ step, got }) => got === step.expected) ? 0 : 1;
  } catch (cause) {
    if (!signal.aborted) throw cause;
    screen.line('\nStopped.');
    return 1;
  } finally {
    await world.close();
  }
}

function introduce(screen: Screen, data: FlightData): void {
  const [airports, january] = [count(data.airportCount), count(data.january.length)];
  screen.heading('Sluice: a gate for merges of data');
  screen.paragraph(
    'lakeFS keeps data the way git keeps code: in branches, commits and merges. Before a merge it can ask somebody. ' +
      'Sluice is who it asks: it reads what the branch would be after the merge, checks that against a contract, and ' +
      'lets the merge through or not.',
  );
  screen.line();
  screen.paragraph(
    'Both run here and talk over HTTP: Sluice itself, and a small stand-in for lakeFS. The flights are real. What you ' +
      'see is what lakectl, the command line of lakeFS, would print; of the log of a run only what Sluice answered.',
  );
  screen.line();
  screen.line(`  main      ${airports} airports, and ${january} flights of January 2001`);
  screen.line(`  contract  ${CONTRACT}: every flight has an id of its own, a departure,`);
  screen.line('            whole minutes of delay, and two airports that exist');
  screen.line('  gate      _lakefs_actions/sluice.yaml on main: ask Sluice before every merge into main');
}

interface Outcome {
  readonly step: Step;
  readonly got: string;
}

async function playAll(steps: readonly Step[], user: LakeUser, screen: Screen): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const [index, step] of steps.entries()) {
    screen.heading(`${index + 1} of ${steps.length}  ${step.title}`);
    screen.paragraph(step.told);
    outcomes.push({ step, got: await play(step, user, screen) });
  }
  return outcomes;
}

async function play(step: Step, user: LakeUser, screen: Screen): Promise<string> {
  await step.prepare();
  screen.command(`lakectl merge lakefs://${REPOSITORY}/${step.branch} lakefs://${REPOSITORY}/main`);
  const answer = await user.merge(step.branch, 'main');
  screen.answer(printed(answer, step.branch));
  if (answer.run !== '') {
    screen.command(`lakectl actions runs describe lakefs://${REPOSITORY} ${answer.run}`);
    screen.report(await user.hookAnswer(answer.run));
  }
  return verdictOf(answer);
}

/** What lakectl prints; of a refusal, the parts that say something. */
function printed(answer: MergeAnswer, branch: string): string {
  if (answer.kind === 'merged') return `Merged "${branch}" into "main" to get "${answer.commit.slice(0, 16)}…".`;
  const short = answer.message
    .trim()
    .replace(/1 error occurred:\s*\* hook run id \S+ failed on action '[^']*' /, '…\n  ');
  return `${short}\n${answer.status} ${answer.statusText}`;
}

/** The status that Sluice answered with is all that a merging client learns. */
function verdictOf(answer: MergeAnswer): string {
  if (answer.kind === 'merged') return 'approved';
  const status = /\(status code: (\d+)\)/.exec(answer.message)?.[1];
  if (status === '422') return 'rejected';
  return status === '503' ? 'undecided' : `blocked (${status ?? answer.status})`;
}

function summarize(screen: Screen, outcomes: readonly Outcome[]): void {
  screen.heading('What happened');
  screen.table([
    ['', 'merge into main', 'expected', 'got', ''],
    ...outcomes.map(({ step, got }, index) => [
      String(index + 1),
      step.title,
      step.expected,
      got,
      got === step.expected ? '' : 'NOT AS TOLD',
    ]),
  ]);
}
