import { actionFile, TOKEN_VARIABLE } from '../../core/action/action-file.ts';

/** As `sluice init` writes it; the demo sets its lake up with direct commits, so only merges are asked about. */
export function demoAction(hookUrl: string): string {
  const settings = { branches: ['main'], hookUrl, timeoutMs: 300_000, tokenVariable: TOKEN_VARIABLE };
  return actionFile({ ...settings, events: ['pre-merge'] });
}
