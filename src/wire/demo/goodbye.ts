import { once } from 'node:events';
import { relative } from 'node:path';
import type { FlightData } from './flight-data.ts';
import type { Screen } from './screen.ts';
import { CONTRACT, shippedPath } from './shipped.ts';
import { REPOSITORY } from './story.ts';
import type { World } from './world.ts';

/** What to try next. */
export function goodbye(screen: Screen, data: FlightData, keep: boolean): void {
  const contract = relative(process.cwd(), shippedPath(CONTRACT));
  screen.heading('What to try next');
  screen.line(`  npx sluice check --contract ${contract} \\`);
  screen.line(`    --data ${relative(process.cwd(), data.airportsPath)}`);
  screen.line('      the same checks on a file, without a lake');
  screen.line(`  npx sluice contract lint ${contract}`);
  screen.line('      finds a typo before a merge does');
  if (!keep) {
    screen.line('  npx sluice demo --keep');
    screen.line('      leaves this lake and its gate running, for merges of your own');
  }
  screen.line('  README.md');
  screen.line('      how to put Sluice before your own lakeFS');
}

/** Says how to reach what is running, and waits for the signal. */
export async function stillRunning(screen: Screen, world: World, signal: AbortSignal): Promise<void> {
  const { lake, gateUrl, console, contractPath, stateDir } = world;
  const api = `${lake.url}/api/v1/repositories/${REPOSITORY}`;
  const post = `curl -sw '\\n' -u "$key" -H 'content-type: application/json'`;
  screen.heading('Still running, until Ctrl-C');
  screen.line(`  lakeFS     ${lake.url} (the stand-in)`);
  screen.line(`  key        ${lake.accessKeyId}   ${lake.secretAccessKey}`);
  screen.line(`  Sluice     ${gateUrl}`);
  screen.line(`  console    ${console.url}   (log in with ${console.token})`);
  screen.line(`  contract   ${contractPath}   (an edit counts at the next merge)`);
  screen.line(`  decisions  SLUICE_STATE_DIR=${stateDir} npx sluice decisions`);
  screen.line('\nA merge of your own, which repeats flight 1 and so is blocked:\n');
  screen.line(`  api=${api}`);
  screen.line(`  key=${lake.accessKeyId}:${lake.secretAccessKey}`);
  screen.line(`  ${post} $api/branches -d '{"name": "mine", "source": "main"}'`);
  screen.line(`  printf 'id,date,delay,distance,origin,destination\\n1,2001-04-01T09:00:00,5,300,ATL,JFK\\n' |`);
  screen.line(`    curl -sw '\\n' -u "$key" -H 'content-type: application/octet-stream' --data-binary @- \\`);
  screen.line(`      "$api/branches/mine/objects?path=flights/mine.csv"`);
  screen.line(`  ${post} $api/branches/mine/commits -d '{"message": "mine"}'`);
  screen.line(`  ${post} $api/refs/mine/merge/main -d '{}'`);
  if (!signal.aborted) await once(signal, 'abort');
}
