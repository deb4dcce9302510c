import { type Html, trustedMarkup } from './html.ts';

/**
 * One look for reports and the console. Colours come in pairs with a contrast of at least 4.5 in either scheme (WCAG
 * AA); no meaning is carried by colour alone. Sizes are in rem, so that a reader's own font size holds.
 */
const STYLE = `
:root{color-scheme:light dark;--paper:#fff;--panel:#f5f6f8;--ink:#1b2026;--muted:#56606b;--line:#d4dae1;--accent:#0a58a6;
--good:#116329;--good-bg:#e3f6e8;--bad:#a40e26;--bad-bg:#fdebe9;--doubt:#5b34a8;--doubt-bg:#f3edfd;--caution:#744a00;
--caution-bg:#fdf4d3;--before:#8a5a00;--after:#0a58a6;--under:var(--paper);--mono:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
@media(prefers-color-scheme:dark){:root{--paper:#0f1419;--panel:#171d25;--ink:#e4eaf0;--muted:#9ba8b5;--line:#303842;
--accent:#72b7ff;--good:#7ddf8c;--good-bg:#12271b;--bad:#ff9c96;--bad-bg:#33171a;--doubt:#cdb0ff;--doubt-bg:#251c38;
--caution:#e8be54;--caution-bg:#2b2413;--before:#e0a84b;--after:#72b7ff}}
*{box-sizing:border-box}
html{font:100%/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;background:var(--paper);color:var(--ink)}
body{margin:0}
main,.bar{max-width:74rem;margin:0 auto;padding:1.25rem 1.25rem 3rem}
h1{font-size:1.6rem;line-height:1.25;margin:.25rem 0 .5rem;overflow-wrap:anywhere}
h2{font-size:1.2rem;margin:2.25rem 0 .75rem;padding-top:1rem;border-top:1px solid var(--line);overflow-wrap:anywhere}
h3{font-size:1rem;margin:1.25rem 0 .5rem}
a{color:var(--accent)}
a:focus-visible,summary:focus-visible,button:focus-visible,input:focus-visible,select:focus-visible,[tabindex]:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:3px}
code,.mono{font-family:var(--mono);font-size:.9em;overflow-wrap:anywhere}
.muted{color:var(--muted)}.small{font-size:.875rem}
.badge{display:inline-block;font-weight:700;letter-spacing:.03em;padding:.1rem .6rem;border-radius:.3rem;border:1px solid currentColor;white-space:nowrap}
.good{color:var(--good);background:var(--good-bg)}.bad{color:var(--bad);background:var(--bad-bg)}
.doubt{color:var(--doubt);background:var(--doubt-bg)}.caution{color:var(--caution);background:var(--caution-bg)}
.quiet{color:var(--muted);background:var(--panel)}
dl.facts{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:.75rem 0}
dl.facts dt{color:var(--muted)}dl.facts dd{margin:0;overflow-wrap:anywhere}
dl.facts.inline{display:flex;flex-wrap:wrap;gap:.1rem 1.5rem;margin:.4rem 0}dl.facts.inline div{display:flex;gap:.5rem;align-items:baseline}
.headline{display:flex;flex-wrap:wrap;align-items:center;gap:.25rem .9rem}.headline h1{margin:.1rem 0}.headline .badge{font-size:1.05rem}header .muted{margin:.25rem 0}
.reasons{margin:.5rem 0;padding-left:1.25rem}
.stats{display:flex;flex-wrap:wrap;gap:.5rem;margin:.6rem 0;padding:0;list-style:none}
.stats li{background:var(--panel);border:1px solid var(--line);border-radius:.5rem;padding:.25rem .8rem}
.stats strong{font-size:1.1rem;margin-right:.4rem;font-variant-numeric:tabular-nums}
.scroll{position:relative;overflow-x:auto;margin:.5rem 0;--edge:color-mix(in srgb,var(--muted) 55%,transparent)}details .scroll{--under:var(--panel)}
.scroll th>code{display:inline-block;max-width:min(36rem,70vw);overflow-wrap:break-word}.scroll td>code,.scroll :is(del,ins)>code{display:inline-block;max-width:min(20rem,60vw);overflow-wrap:break-word}
table{border-collapse:collapse;width:100%;font-size:.925rem}
caption{text-align:left;color:var(--muted);padding:.25rem 0}
th,td{text-align:left;vertical-align:top;padding:.4rem .75rem .4rem 0;border-bottom:1px solid var(--line)}
th{font-weight:600}thead th{color:var(--muted);font-size:.8125rem;white-space:nowrap}
.num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
details{border:1px solid var(--line);border-radius:.5rem;margin:.6rem 0;background:var(--panel)}
details>summary{cursor:pointer;padding:.6rem .9rem;overflow-wrap:anywhere}
details[open]>summary{border-bottom:1px solid var(--line)}
details>div{padding:.4rem .9rem .8rem}
del{text-decoration:line-through 1px;color:var(--before);background:none}ins{text-decoration:none;color:var(--after);font-weight:600}
del+ins::before{content:"\\2192\\a0"/"";color:var(--muted);font-weight:400}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
pre ins{color:var(--good)}pre del{color:var(--bad);text-decoration:none}pre del+ins::before{content:none}pre{font-family:var(--mono);font-size:.85rem;background:var(--panel);border:1px solid var(--line);border-radius:.5rem;padding:.75rem;overflow-x:auto;white-space:pre-wrap;overflow-wrap:anywhere}
svg{max-width:100%;height:auto}
figure{margin:.5rem 0}figure svg{display:block;width:30rem}figure text{font-size:10px;fill:var(--muted)}.was{fill:var(--line)}.now{fill:none;stroke:var(--after);stroke-width:1.5}.axis{stroke:var(--muted)}
.top-values{width:auto}.top-values caption .key:first-child{margin-left:1rem}.profile code{overflow-wrap:normal;white-space:nowrap}svg.pair{display:block;width:10rem;height:auto}.now-fill{fill:var(--after)}td.caution{padding-left:.4rem}.profile del,.profile ins{white-space:nowrap}td.caution del{color:inherit}td.caution ins{color:inherit}
.key{display:inline-block;width:.8rem;height:.8rem;border-radius:.15rem;margin:0 .3rem 0 .6rem;vertical-align:-.05rem}.was-key{background:var(--line)}.now-key{background:var(--after)}
.row-bar{display:block;width:100%;height:1rem;border-radius:.3rem}.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1rem;padding:0;margin:.4rem 0}.legend .key{margin-left:0}
.row-unchanged{fill:var(--line);background:var(--line)}.row-updated{fill:var(--caution);background:var(--caution)}.row-inserted{fill:var(--good);background:var(--good)}.row-deleted{fill:var(--bad);background:var(--bad)}
h4{margin:1rem 0 .25rem}
.plot{max-width:44rem;margin:1rem 0}.plot figcaption{font-weight:600}.plot svg{width:100%}.grid{stroke:var(--line)}.line{fill:none;stroke:var(--accent);stroke-width:2}.point{fill:var(--accent)}
.fill-good{fill:var(--good);background:var(--good)}.fill-bad{fill:var(--bad);background:var(--bad)}.fill-doubt{fill:var(--doubt);background:var(--doubt)}.fill-quiet{fill:var(--muted);background:var(--muted)}
.bar{display:flex;flex-wrap:wrap;align-items:center;gap:.5rem 1.25rem;padding-top:.75rem;padding-bottom:.75rem}.top{border-bottom:1px solid var(--line);background:var(--panel)}.top a{text-decoration:none}.top a[aria-current]{font-weight:700;text-decoration:underline}.brand{font-weight:800;letter-spacing:-.01em;color:var(--ink)}.spacer{flex:1}
form.filter{display:flex;flex-wrap:wrap;gap:.6rem 1rem;align-items:end;margin:1rem 0}label{display:block;font-size:.8125rem;color:var(--muted)}input,select,button{font:inherit;color:var(--ink);background:var(--paper);border:1px solid var(--muted);border-radius:.35rem;padding:.35rem .6rem;height:2.4rem}button.link{height:auto}button{cursor:pointer;font-weight:600}button.primary{background:var(--accent);border-color:var(--accent);color:var(--paper)}.link{border:0;background:none;padding:0;color:var(--accent);font-weight:400}
.grid-2{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:1rem 2rem}
footer{margin-top:2.5rem;padding-top:.75rem;border-top:1px solid var(--line)}
@media(max-width:40rem){.scroll{background:linear-gradient(to right,var(--under) 40%,transparent) left,linear-gradient(to left,var(--under) 40%,transparent) right,linear-gradient(to right,var(--edge),transparent) left,linear-gradient(to left,var(--edge),transparent) right;background-repeat:no-repeat;background-size:2.5rem 100%,2.5rem 100%,.9rem 100%,.9rem 100%;background-attachment:local,local,scroll,scroll}dl.facts{grid-template-columns:1fr}dl.facts dd{margin-bottom:.35rem}main,.bar{padding-left:.9rem;padding-right:.9rem}}
@media print{:root{color-scheme:light}html{font-size:10pt}details{break-inside:avoid;border-color:#999}details::details-content{content-visibility:visible;display:block}h2{break-after:avoid}tr{break-inside:avoid}.screen{display:none}}
`.replaceAll('\n', '');

/** The style sheet, to stand in the head of every page. */
export const STYLE_SHEET: Html = trustedMarkup(`<style>${STYLE}</style>`);
