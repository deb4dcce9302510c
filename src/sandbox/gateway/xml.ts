/** An element tree: text, or children in order; a null child is left out. */
export interface XmlElement {
  readonly name: string;
  readonly content: string | readonly (XmlElement | null)[];
  readonly namespace?: string;
}

export const S3_NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

export function xml(name: string, content: XmlElement['content'] | number | boolean): XmlElement {
  return { name, content: typeof content === 'number' || typeof content === 'boolean' ? String(content) : content };
}

/** A whole document, escaped the way Go escapes. */
export function xmlDocument(root: XmlElement): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${written(root)}`;
}

/** The texts of every element of that name, wherever it stands: enough for the two documents clients send. */
export function textsOf(document: string, name: string): readonly string[] {
  return [...document.matchAll(new RegExp(`<${name}(?:\\s[^>]*)?>([^<]*)</${name}>`, 'g'))].map((match) =>
    unescaped(match[1] ?? ''),
  );
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '&#34;',
  "'": '&#39;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '\t': '&#x9;',
  '\n': '&#xA;',
  '\r': '&#xD;',
};

const ENTITIES: Readonly<Record<string, string>> = { quot: '"', apos: "'", amp: '&', lt: '<', gt: '>' };

function written({ name, content, namespace }: XmlElement): string {
  const inner =
    typeof content === 'string'
      ? content.replace(/["'&<>\t\n\r]/g, (character) => ESCAPES[character] ?? character)
      : content.map((child) => (child === null ? '' : written(child))).join('');
  return `<${name}${namespace === undefined ? '' : ` xmlns="${namespace}"`}>${inner}</${name}>`;
}

function unescaped(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, named) => {
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    return ENTITIES[named] ?? whole;
  });
}
