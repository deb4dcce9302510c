import type { DoctorDeps } from './examination.ts';
import { type Finding, failed, find, type Told } from './finding.ts';
import type { PlainAnswer } from './ports.ts';

/** Signatures are refused beyond this by S3's rule. */
const FATAL_SKEW_MS = 5 * 60_000;
const NOTABLE_SKEW_MS = 30_000;
/** From here on lakeFS tells the merge commit to the hook. */
const FIRST_VERSION = [1, 23] as const;

/** lakeFS itself: is it there, what is it, does it take the keys. */
export async function examineLakefs(
  { reader, http, settings }: Pick<DoctorDeps, 'reader' | 'http' | 'settings'>,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { lakefsUrl } = settings;
  const health = http.get('/_health', signal);
  return [
    await find({ id: 'lakefs-reachable', repository: null }, signal, () =>
      health.then((answer) => reachable(answer, lakefsUrl), failed),
    ),
    await find({ id: 'clock', repository: null }, signal, async () => clock(await health)),
    await find({ id: 'credentials', repository: null }, signal, () =>
      reader
        .currentUser(signal)
        .then((user): Told => ({ level: 'ok', detail: `lakeFS knows them as ${user}` }), failed),
    ),
    await find({ id: 'lakefs-version', repository: null }, signal, async () => version(await reader.version(signal))),
  ];
}

function reachable({ status, contentType }: PlainAnswer, url: string): Told {
  if (status === 200 && !(contentType ?? '').startsWith('text/html')) return { level: 'ok', detail: url };
  const what = status === 200 ? 'a web page' : `status ${status}`;
  return {
    level: 'fail',
    detail: `${url} answers its health check with ${what}, as no lakeFS does`,
    fix: 'Set SLUICE_LAKEFS_URL to the address of lakeFS itself, without a redirect or a login page before it.',
  };
}

/** How far this machine's clock is from lakeFS's. */
export function clock({ date, sentAt, receivedAt }: PlainAnswer): Told {
  if (date === null) return { level: 'unknown', detail: 'the answer of lakeFS has no Date header' };
  // The header has whole seconds; on the average half of one is lost.
  const skew = date + 500 - (sentAt + receivedAt) / 2;
  const seconds = Math.round(Math.abs(skew) / 1000);
  if (Math.abs(skew) <= NOTABLE_SKEW_MS) return { level: 'ok', detail: 'less than 30 s apart' };
  return {
    level: Math.abs(skew) > FATAL_SKEW_MS ? 'fail' : 'warn',
    detail: `this machine is ${seconds} s ${skew > 0 ? 'behind' : 'ahead of'} lakeFS; from 300 s on signatures are refused`,
    fix: 'Let both machines set their clocks by NTP.',
  };
}

/** Whether this version tells the hook which commit the merge would make. */
export function version(text: string): Told {
  const match = /^v?(\d+)\.(\d+)\.\d+/.exec(text);
  if (match === null) {
    return {
      level: 'warn',
      detail: `lakeFS calls itself ${text === '' ? 'nothing' : text}; whether that is 1.23 or later cannot be told`,
      fix: 'The canary tells: it fails where lakeFS does not name the merge commit.',
    };
  }
  const [major, minor] = [Number(match[1]), Number(match[2])];
  const recent = major > FIRST_VERSION[0] || (major === FIRST_VERSION[0] && minor >= FIRST_VERSION[1]);
  if (recent) return { level: 'ok', detail: text };
  return {
    level: 'fail',
    detail: `${text} does not tell the hook which commit a merge would make, so no merge result can be validated`,
    fix: 'Upgrade lakeFS to 1.23 or later.',
  };
}
