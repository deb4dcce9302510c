import { type Answer, refusal } from './answer.ts';

export type JsonBody =
  | { readonly kind: 'body'; readonly value: unknown }
  | { readonly kind: 'refused'; readonly answer: Answer };

/** The bytes of a POST as JSON in UTF-8, declared as such: a form of a web page cannot send that. */
export function readJsonBody(contentType: string | undefined, body: unknown): JsonBody {
  if (!/^application\/json *(?:; *charset="?utf-8"? *)?$/i.test(contentType ?? '')) {
    const message = 'The body must be declared as application/json, in UTF-8.';
    return { kind: 'refused', answer: refusal(415, { code: 'content-type-unsupported', message }) };
  }
  try {
    const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
    return { kind: 'body', value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) };
  } catch {
    const message = 'The body is no JSON in UTF-8.';
    return { kind: 'refused', answer: refusal(400, { code: 'payload-not-json', message }) };
  }
}
