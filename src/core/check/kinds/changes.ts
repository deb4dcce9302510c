import type { CheckKind, SpecOf } from '../check.ts';
import { notRun } from '../judging.ts';

export const rowChanges: CheckKind<SpecOf<'rowChanges'>> = {
  kind: 'rowChanges',
  judgedBy: 'changes',
  compile: () => ({ form: 'changes', partition: null }),
  judge: () => notRun('what changed is not known'),
};

export const appendOnly: CheckKind<SpecOf<'appendOnly'>> = {
  kind: 'appendOnly',
  judgedBy: 'changes',
  compile: () => ({ form: 'changes', partition: null }),
  judge: () => notRun('what changed is not known'),
};

export const immutable: CheckKind<SpecOf<'immutable'>> = {
  kind: 'immutable',
  judgedBy: 'changes',
  compile: () => ({ form: 'changes', partition: null }),
  judge: () => notRun('what changed is not known'),
};

export const schemaChanges: CheckKind<SpecOf<'schemaChanges'>> = {
  kind: 'schemaChanges',
  judgedBy: 'changes',
  compile: () => ({ form: 'changes', partition: null }),
  judge: () => notRun('what changed is not known'),
};

export const protectedPartition: CheckKind<SpecOf<'protectedPartition'>> = {
  kind: 'protectedPartition',
  judgedBy: 'changes',
  compile: ({ partition }) => ({ form: 'changes', partition }),
  judge: () => notRun('what changed is not known'),
};
