/** A text that shows itself only to who asks by name: printed, logged, spread or serialised it is `[secret]`. */
export interface Secret {
  readonly reveal: () => string;
}

const MASK = '[secret]';

/** Wraps a secret. `node:util`'s inspect, `JSON.stringify` and template texts all show the mask. */
export function secret(text: string): Secret {
  const show = () => MASK;
  return Object.freeze(
    Object.defineProperties({} as { reveal: () => string }, {
      reveal: { value: () => text, enumerable: false },
      toJSON: { value: show },
      toString: { value: show },
      [Symbol.for('nodejs.util.inspect.custom')]: { value: show },
    }),
  );
}
