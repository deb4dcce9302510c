import { parseGoDuration as parseAsLakefs } from '../core/action/duration.ts';

/**
 * Reads a positive duration as lakeFS's action files write it (`50s`, `4m50s`, `1.5h`), in milliseconds. Undefined for
 * anything else, zero, negative and unit-less texts included: `timeout: 90` without a unit is a mistake lakeFS itself
 * swallows, and we do not repeat it.
 */
export function parseGoDuration(text: string): number | undefined {
  if (text.length > 32 || !/^(?:\d+(?:\.\d+)?(?:h|m|s|ms|us|µs|μs|ns))+$/.test(text)) return undefined;
  const milliseconds = parseAsLakefs(text);
  return milliseconds !== undefined && milliseconds >= 1 ? Math.round(milliseconds) : undefined;
}
