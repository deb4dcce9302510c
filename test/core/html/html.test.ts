import { describe, expect, it } from 'vitest';
import { html, prose } from '../../../src/core/html/html.ts';

describe('prose', () => {
  it.each([
    ['Did you mean `required`?', 'Did you mean <code>required</code>?'],
    ['`a` and `b`', '<code>a</code> and <code>b</code>'],
    ['no code at all', 'no code at all'],
    ['a ` alone', 'a ` alone'],
    ['`<script>alert(1)</script>` & <b>', '<code>&lt;script&gt;alert(1)&lt;/script&gt;</code> &amp; &lt;b&gt;'],
    ['</code>`x`<code>', '&lt;/code&gt;<code>x</code>&lt;code&gt;'],
  ])('%j', (text, markup) => {
    expect(prose(text).markup).toBe(markup);
  });
});

describe('html', () => {
  it('escapes text for elements and attributes, and takes pieces as they are', () => {
    expect(html`<a title="${'"><x>'}">${html`<b>${"it's"}</b>`}${null}${3}</a>`.markup).toBe(
      '<a title="&quot;&gt;&lt;x&gt;"><b>it&#39;s</b>3</a>',
    );
  });
});
