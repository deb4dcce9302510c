const closers: (() => unknown)[] = [];

/**
 * Has this done when the test file that runs now has ended, latest first. For modules that many test files share: such a
 * module lives as long as the worker process, and an `afterAll` of its own would belong to the first file alone.
 */
export function whenFileEnds(close: () => unknown): void {
  closers.push(close);
}

export async function endFile(): Promise<void> {
  for (const close of closers.splice(0).toReversed()) await close();
}
