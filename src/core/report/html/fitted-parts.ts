import type { Html } from '../../html/html.ts';

/** As many parts, from the first on, as fit into so many characters; the first one always. */
export function fittedParts<T>(
  items: readonly T[],
  render: (item: T, index: number) => Html,
  mostCharacters: number,
): { readonly shown: readonly Html[]; readonly omitted: number } {
  const shown: Html[] = [];
  let room = mostCharacters;
  for (const [index, item] of items.entries()) {
    const part = render(item, index);
    room -= part.markup.length;
    if (room < 0 && index > 0) break;
    shown.push(part);
  }
  return { shown, omitted: items.length - shown.length };
}
