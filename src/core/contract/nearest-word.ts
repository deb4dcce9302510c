import { distance } from 'fastest-levenshtein';

/**
 * The known word that a misspelt one was most likely meant to be, or null when none is close: the longer the word, the
 * more letters may be wrong. Case does not count.
 */
export function nearestWord(word: string, known: readonly string[]): string | null {
  const limit = [2, 4, 11].filter((length) => word.length > length).length;
  const scored = known
    .map((candidate) => ({ candidate, off: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ off }) => off <= limit)
    .sort((left, right) => left.off - right.off);
  return scored[0]?.candidate ?? null;
}

/** A hint for an unknown word: the nearest known one, else what is known. */
export function suggestion(word: string, known: readonly string[], what = 'Known here'): string {
  const nearest = nearestWord(word, known);
  return nearest === null ? `${what}: ${known.join(', ')}.` : `Did you mean \`${nearest}\`?`;
}
