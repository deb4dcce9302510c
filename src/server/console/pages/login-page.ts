import { html } from '../../../core/html/html.ts';
import { consolePage } from './layout.ts';

/** Asks for a token; `next` is a path of the console. */
export function loginPage({ next, refused }: { readonly next: string; readonly refused: boolean }): string {
  return consolePage({
    title: 'Log in',
    place: null,
    viewer: null,
    body: html`<div class="card"><h1>Log in</h1>
<p>The console shows decisions and reports to whoever has a console token.</p>
${refused ? html`<p role="alert"><span class="badge bad">refused</span> This is no token of this console.</p>` : null}
<form class="filter" method="post" action="/login"><input type="hidden" name="next" value="${next}"><input class="hidden" type="text" name="username" value="console" autocomplete="username" tabindex="-1" aria-hidden="true">
<div><label for="token">Console token</label><input id="token" name="token" type="password" autocomplete="current-password" required autofocus></div>
<button class="primary">Log in</button></form>
<p class="muted small">The token is what the server has as SLUICE_CONSOLE_TOKEN; ask whoever runs it.</p></div>`,
  });
}
