import type { Problem } from '../problem.ts';
import { OUR_HOOK_PATH } from './action-file.ts';
import { type ActionNode, isNull } from './action-node.ts';
import { lintNoReferences } from './env-reference.ts';
import { finding, type LintContext, styleLevel } from './lint-context.ts';
import { wrongType } from './lint-property.ts';

/**
 * Judges a webhook's address. Tried on a server: a number or list is 500 for every event; an empty text, a missing
 * scheme, `ftp:`, a blank in front and `{{ ENV.X }}` are a 412 at every event, from a gate that was never asked.
 */
export function lintUrl(node: ActionNode | undefined, context: LintContext): readonly Problem[] {
  if (node === undefined) return [];
  if (node.kind !== 'scalar' || (node.type !== 'text' && !isNull(node)))
    return [wrongType(node, '`url` must be a text')];
  if (isNull(node)) return [wrongType(node, '`url` must be a text')];
  const references = lintNoReferences(node, 'the address');
  if (references.length > 0) return references;
  const url = /^https?:\/\/[^\s/]/i.test(node.text) && URL.canParse(node.text) ? new URL(node.text) : null;
  if (url === null) return [noAddress(node)];
  return [...secretInUrl(node, url, context), ...suspicious(node, url, context)];
}

function noAddress(node: ActionNode & { readonly kind: 'scalar' }): Problem {
  return finding(node.at, {
    code: 'hook-url-invalid',
    message: `\`${node.text}\` is no address that lakeFS can call; every event of the action would be refused.`,
    hint: 'Write it whole: http://sluice.example.com:8750/hooks/lakefs',
  });
}

function secretInUrl(node: ActionNode, url: URL, context: LintContext): readonly Problem[] {
  if (url.username === '' && url.password === '') return [];
  return [
    finding(node.at, {
      code: 'hook-secret-literal',
      level: styleLevel(context),
      message: 'The address carries a user and password, which everyone who reads the repository or its logs sees.',
      hint: 'Send a header instead: `Authorization: "Bearer {{ ENV.LAKEFSACTION_... }}"`.',
    }),
  ];
}

/** Redirects are followed, 301 and 302 as a GET, and any page that answers 200 then approves (recordings 12-answer-30x). */
function suspicious(node: ActionNode, url: URL, context: LintContext): readonly Problem[] {
  const warn = (message: string, hint: string): Problem =>
    finding(node.at, { code: 'hook-url-suspicious', level: 'warning', message, hint });
  const problems: Problem[] = [];
  if (url.pathname === '/') {
    problems.push(
      warn(
        'The address has no path: a home page or health page that answers 200 would let everything through.',
        `Sluice is called at ${OUR_HOOK_PATH} and answers nothing else.`,
      ),
    );
  }
  const local = /^(?:localhost|127\.|\[::1\]|10\.|192\.168\.)/.test(url.hostname);
  if (url.protocol === 'http:' && url.port === '' && url.hostname.includes('.') && !local) {
    problems.push(
      warn(
        'http on port 80 is often redirected to https: lakeFS follows, the POST becomes a GET, and a page that answers 200 lets everything through.',
        'Write https, or the port that the receiver itself listens on.',
      ),
    );
  }
  if (context.ours && url.pathname.startsWith(OUR_HOOK_PATH) && url.pathname !== OUR_HOOK_PATH) {
    problems.push(warn(`Sluice answers ${OUR_HOOK_PATH} exactly, and 404 to ${url.pathname}.`, 'Remove the rest.'));
  }
  return problems;
}
