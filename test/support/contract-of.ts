/** A contract of one table `t`, from the YAML lines of its properties and what stands beside them. */
export function contractOf(parts: {
  readonly properties: string;
  readonly quality?: string;
  readonly top?: string;
  readonly table?: string;
}): string {
  return `apiVersion: v3.1.0
kind: DataContract
id: test
version: 1.0.0
status: active
${parts.top ?? ''}
schema:
  - name: t
${indent(parts.table ?? '', 4)}
    properties:
${indent(parts.properties, 6)}
${parts.quality === undefined ? '' : `    quality:\n${indent(parts.quality, 6)}`}
`;
}

function indent(text: string, by: number): string {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => ' '.repeat(by) + line)
    .join('\n');
}
