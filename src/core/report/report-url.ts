/** The page of a decision on the console that people reach at `consoleUrl`; null when nobody knows where that is. */
export function decisionUrl(consoleUrl: string | null, decisionId: string): string | null {
  if (consoleUrl === null || decisionId === '') return null;
  return `${consoleUrl.replace(/\/+$/, '')}/decisions/${encodeURIComponent(decisionId)}`;
}
