import { isNode, LineCounter, parseDocument } from 'yaml';
import type { Problem, SourceLocation } from '../core/problem.ts';

/** A configuration file's content with the place of every part, or what stops it from being read. */
export interface ConfigFile {
  readonly value: unknown;
  readonly problems: readonly Problem[];
  /** The place of the deepest part on the path that the file holds. */
  readonly locate: (path: readonly string[]) => SourceLocation;
}

/** Reads YAML 1.2 strictly: one document, no duplicate keys, no aliases. */
export function readConfigFile(file: string, text: string): ConfigFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { version: '1.2', schema: 'core', uniqueKeys: true, lineCounter: lines });
  const at = (offset: number): SourceLocation => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  const problems = [...document.errors, ...document.warnings].map((error): Problem => {
    const [message = ''] = error.message.split('\n');
    return { code: 'config-yaml', message: message.replace(/ at line .*$/, '.'), ...at(error.pos[0]) };
  });
  const locate = (path: readonly string[]): SourceLocation => {
    const node = path.length === 0 ? document.contents : document.getIn(path, true);
    if (isNode(node) && node.range) return at(node.range[0]);
    return path.length === 0 ? { file, line: 1, column: 1 } : locate(path.slice(0, -1));
  };
  if (problems.length > 0) return { value: {}, problems, locate };
  try {
    return { value: document.toJS({ maxAliasCount: 0 }) ?? {}, problems, locate };
  } catch {
    const message = 'YAML aliases are not allowed in the configuration.';
    return { value: {}, problems: [{ code: 'config-yaml', message, ...at(0) }], locate };
  }
}
