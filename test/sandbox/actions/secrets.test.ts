import { describe, expect, it } from 'vitest';
import { resolveSecret } from '../../../src/sandbox/actions/secrets.ts';

const source = {
  environment: { LAKEFSACTION_T: 's3cret', LAKEFSACTION_EMPTY: '', OTHER: 'x' },
  prefix: 'LAKEFSACTION_',
};

describe('a secret from the environment', () => {
  it.each([
    ['plain', 'plain', 'plain'],
    ['Bearer {{ ENV.LAKEFSACTION_T }}', 'Bearer s3cret', '*******'],
    ['{{ENV.LAKEFSACTION_T}}-{{ ENV.LAKEFSACTION_T}}', 's3cret-s3cret', '*******'],
    ['{{ ENV.LAKEFSACTION_EMPTY }}', '', '*******'],
    // The wrong prefix reads as empty and nobody is told.
    ['{{ ENV.LAKEFSACTIONS_T }}', '', '*******'],
    ['{{ ENV.OTHER }}', '', '*******'],
    ['{{  ENV.LAKEFSACTION_T }}', '{{  ENV.LAKEFSACTION_T }}', '{{  ENV.LAKEFSACTION_T }}'],
    ['{{ env.LAKEFSACTION_T }}', '{{ env.LAKEFSACTION_T }}', '{{ env.LAKEFSACTION_T }}'],
  ])('%s', (written, value, shown) => {
    expect(resolveSecret(written, source)).toEqual({ ok: true, text: { value, shown } });
  });

  it('that is not set is an error, the first one of several', () => {
    expect(resolveSecret('{{ ENV.LAKEFSACTION_A }}{{ ENV.LAKEFSACTION_B }}', source)).toEqual({
      ok: false,
      message: 'LAKEFSACTION_A not found: missing env var',
    });
  });
});
