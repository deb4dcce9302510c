import { AsyncLocalStorage } from 'node:async_hooks';

const current = new AsyncLocalStorage<string>();

/** Does the work in the name of a decision: whatever logs meanwhile, however deep, can tell which one it is about. */
export function inDecision<T>(decisionId: string, work: () => T): T {
  return current.run(decisionId, work);
}

/** The decision that is being worked on here. Work that several deliveries share is the first one's. */
export function currentDecision(): string | undefined {
  return current.getStore();
}
