import { type Html, html, trustedMarkup } from '../../../core/html/html.ts';

/** What the console adds to the look of reports: its bar, cards, forms, lists. Same colours, same scale of sizes. */
const STYLE = `
main{padding-top:1.5rem}
h1{letter-spacing:-.015em}
.top{position:relative}
.bar{gap:.25rem 1.25rem;padding-top:0;padding-bottom:0;min-height:3.25rem}
.bar nav{display:flex;flex-wrap:wrap;gap:0 .25rem}
.bar nav a{padding:.85rem .65rem;color:var(--muted);border-bottom:3px solid transparent;margin-bottom:-1px}
.bar nav a:hover{color:var(--ink)}
.top nav a[aria-current]{color:var(--ink);font-weight:650;text-decoration:none;border-bottom-color:var(--accent)}
.top a.brand{display:flex;align-items:center;gap:.5rem;font-size:1.05rem;margin-right:.5rem}
.brand svg{width:1.4rem;height:1.4rem}
.bar form{display:flex;gap:.6rem;align-items:center;font-size:.875rem}
a.skip:focus{position:absolute;z-index:1;left:1rem;top:.4rem;width:auto;height:auto;clip-path:none;background:var(--paper);padding:.4rem .8rem}
.crumbs ol{display:flex;flex-wrap:wrap;gap:.25rem;list-style:none;margin:0 0 .5rem;padding:0;font-size:.875rem;color:var(--muted)}
.crumbs li+li::before{content:"/";margin-right:.25rem;color:var(--muted)}
.crumbs li{overflow-wrap:anywhere}
.lead{margin:.25rem 0 1rem;color:var(--muted);max-width:46rem;overflow-wrap:anywhere}
.verdict{border:1px solid currentColor;border-left-width:.4rem;border-radius:.5rem;padding:1rem 1.25rem;margin:0 0 1.25rem}
.verdict h1{margin:0;font-size:1.5rem}.verdict p{margin:.25rem 0 0;color:var(--ink);overflow-wrap:anywhere}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,11rem),1fr));gap:.75rem;margin:0 0 1.5rem;padding:0;list-style:none}
.tiles li{border:1px solid var(--line);border-radius:.5rem;background:var(--panel)}
.tiles a{display:block;padding:.75rem 1rem;color:var(--ink);text-decoration:none;border-radius:.5rem;height:100%}
.tiles a:hover{background:var(--line)}
.tiles strong{display:block;font-size:1.75rem;line-height:1.2;font-variant-numeric:tabular-nums}
.tiles .good,.tiles .bad,.tiles .doubt,.tiles .caution{background:none}
.tiles span{color:var(--muted);font-size:.875rem}
.row-head{display:flex;flex-wrap:wrap;gap:.25rem 1rem;align-items:baseline;justify-content:space-between;margin-top:2rem;border-bottom:1px solid var(--line)}
.row-head h2{margin:0;padding:0 0 .4rem;border:0}
.scroll>table th,.scroll>table td{padding:.55rem 1rem .55rem 0}
tbody tr:hover{background:var(--panel)}
td .badge,th .badge{font-size:.8125rem;padding:.05rem .5rem}
.what{min-width:13rem;max-width:36rem;overflow-wrap:anywhere;font-weight:400}
.what a{font-weight:600}.what small,.sub{display:block;color:var(--muted);font-size:.8125rem;font-weight:400}
.nowrap{white-space:nowrap}
.empty{border:1px dashed var(--muted);border-radius:.5rem;padding:1.25rem 1.5rem;margin:1rem 0;max-width:46rem}
.empty p{margin:.25rem 0}
form.filter{background:var(--panel);border:1px solid var(--line);border-radius:.5rem;padding:.75rem 1rem 1rem;gap:.6rem .75rem}
form.filter>div{flex:1 1 8rem}form.filter input,form.filter select{width:100%}
form.filter button{flex:0 0 auto}label{margin-bottom:.15rem}
button.primary:hover{filter:brightness(1.1)}
.card{max-width:26rem;margin:3rem auto;border:1px solid var(--line);border-radius:.6rem;padding:1.5rem;background:var(--panel)}
.card form.filter{border:0;padding:0;background:none}.card button.primary{width:100%}
.plot{border:1px solid var(--line);border-radius:.5rem;padding:.75rem 1rem;margin:0;max-width:none}
.plot figcaption{margin-bottom:.35rem}.plot details{margin:.4rem 0 0}.plot details>summary{padding:.35rem .75rem;font-size:.875rem}
.plot details>div{max-height:20rem;overflow:auto}
.plot text{font-size:11.5px}
.grid-2{gap:1rem;margin:1.25rem 0;grid-template-columns:repeat(auto-fit,minmax(min(100%,21rem),1fr))}.wide{max-width:32rem;margin-top:1.5rem}
.pager{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;margin:1rem 0}
dl.facts dt{font-size:.9375rem}
.chips{display:flex;flex-wrap:wrap;gap:.35rem .6rem;list-style:none;padding:0;margin:.4rem 0}
.chips a{display:block;border:1px solid var(--line);border-radius:1rem;padding:.1rem .75rem;text-decoration:none;overflow-wrap:anywhere}
.chips a:hover{border-color:var(--accent)}
@media(max-width:40rem){.what.brief{min-width:9rem}.bar{padding-top:.4rem}.top .brand{margin-right:auto}.bar nav{order:3;width:100%}.bar nav a{padding:.5rem .25rem;font-size:.875rem}.bar nav{gap:0}h1{font-size:1.4rem}.tiles{grid-template-columns:1fr 1fr}}
@media print{time[title]::after{content:" (" attr(title) ")"}.top,.crumbs,form,.pager{display:none}main{padding:0;max-width:none}.tiles{grid-template-columns:repeat(4,1fr)}.plot{break-inside:avoid}.plot details{display:none}}
`.replaceAll('\n', '');

/** A gate in a stream: two posts and the water between them. */
const MARK =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" aria-hidden="true" focusable="false"><rect width="32" height="32" rx="7" fill="#0a58a6"/><path d="M9 6v20M23 6v20" stroke="#fff" stroke-width="3.2" stroke-linecap="round"/><path d="M9 10h14v7H9z" fill="#fff"/><path d="M12.5 21.5q1.75 1.8 3.5 0t3.5 0" fill="none" stroke="#9fd0ff" stroke-width="2.4" stroke-linecap="round"/></svg>';

export const BRAND_MARK: Html = trustedMarkup(MARK);

export const CONSOLE_STYLE: Html = trustedMarkup(`<style>${STYLE}</style>`);

/** A picture for the tab; it is in the page because nothing may be fetched. */
export const FAVICON: Html = html`<link rel="icon" href="${`data:image/svg+xml,${encodeURIComponent(MARK)}`}">`;
