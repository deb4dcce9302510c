import { count } from '../core/check/words.ts';
import { escapeText } from '../core/report/escape-text.ts';
import { cutEnd } from '../core/report/text/display-width.ts';
import { byteWords } from '../core/report/text/numbers.ts';
import type { Output } from './command.ts';
import type { OnProgress, Progress } from './services.ts';

export interface ProgressLine {
  readonly show: OnProgress;
  /** Stops and leaves the line empty. */
  readonly clear: () => void;
}

const TURN_MS = 100;
const WHEEL = ['|', '/', '-', '\\'];
const ERASE = '\r\u001b[K';

/** One line on a terminal, written over again; silent anywhere else. */
export function startProgressLine(output: Output): ProgressLine {
  if (!output.isTerminal) return { show: () => {}, clear: () => {} };
  let turns = 0;
  let latest: Progress = { stage: 'starting' };
  const timer = setInterval(() => {
    output.write(`${ERASE}${WHEEL[turns % WHEEL.length]} ${progressWords(latest)}`);
    turns += 1;
  }, TURN_MS);
  return {
    show: (progress) => {
      latest = progress;
    },
    clear: () => {
      clearInterval(timer);
      if (turns > 0) output.write(ERASE);
    },
  };
}

function progressWords({ stage, bytes, rows }: Progress): string {
  const parts = [
    escapeText(stage),
    ...(bytes === undefined ? [] : [byteWords(bytes)]),
    ...(rows === undefined ? [] : [`${count(rows)} rows`]),
  ];
  return cutEnd(parts.join('  '), 78);
}
