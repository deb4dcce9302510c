import type { VerdictWord } from '../core/report/report.ts';

/** How a command ended. */
export type Ending =
  | { readonly kind: 'done' }
  | { readonly kind: 'verdict'; readonly verdict: VerdictWord }
  | { readonly kind: 'linted'; readonly errors: number; readonly unreadable: number }
  /** For scripts that ask whether anything differs. */
  | { readonly kind: 'compared'; readonly differs: boolean }
  /** Bad use, or something is broken; the user has been told. */
  | { readonly kind: 'broken' }
  | { readonly kind: 'interrupted' };

/** 0: fine. 1: the data or the contract is not. 2: could not tell, or bad use. 130: interrupted, as shells have it. */
export type ExitCode = 0 | 1 | 2 | 130;

/** Doubt is never 0, and never the data's fault. */
export function exitCodeOf(ending: Ending): ExitCode {
  switch (ending.kind) {
    case 'done':
      return 0;
    case 'verdict':
      return ({ approved: 0, rejected: 1, undecided: 2 } as const)[ending.verdict];
    case 'compared':
      return ending.differs ? 1 : 0;
    case 'linted':
      if (ending.unreadable > 0) return 2;
      return ending.errors > 0 ? 1 : 0;
    case 'broken':
      return 2;
    case 'interrupted':
      return 130;
  }
}
