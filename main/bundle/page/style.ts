import { FONT } from '../../charts/option.ts'

// a report is a sheet of paper, on screen as in print: light everywhere, as its figures are drawn
export const STYLE = `
:root { color-scheme: light; --ink: #1f2328; --soft: #57606a; --line: #d0d7de; --pale: #f6f8fa; }
* { box-sizing: border-box; }
html { background: #fff; color: var(--ink); font: 15px/1.55 ${FONT}; -webkit-text-size-adjust: 100%; }
body { margin: 0; overflow-wrap: break-word; }
.page { max-width: 948px; margin: 0 auto; padding: 36px 24px 72px; }
h1 { margin: 0 0 4px; font-size: 28px; line-height: 1.2; letter-spacing: -0.01em; }
h2 { margin: 48px 0 12px; padding-bottom: 5px; border-bottom: 1px solid var(--line); font-size: 20px; line-height: 1.3; }
h3 { margin: 32px 0 10px; font-size: 16px; line-height: 1.35; }
p { margin: 0 0 10px; max-width: 76ch; }
a { color: #0550ae; }
.about { color: var(--soft); }
.about p { margin: 6px 0; }
nav { margin: 0 0 16px; font-size: 13.5px; }
nav a { margin-right: 14px; white-space: nowrap; text-decoration: none; }
nav a:hover { text-decoration: underline; }
.summary { display: grid; grid-template-columns: 148px minmax(0, 1fr); gap: 10px 20px; margin: 0; }
.summary dt { font-weight: 600; }
.summary dd { margin: 0; }
.summary p { margin: 0 0 6px; }
.summary ul { margin: -2px 0 8px; padding-left: 20px; }
.summary li { margin: 2px 0; max-width: 74ch; }
.caution { margin: 20px 0 0; padding: 12px 16px; border: 1px solid #d4a72c; border-left-width: 5px; background: #fff8e5; }
.caution strong { display: block; margin-bottom: 4px; }
.caution ul { margin: 0; padding-left: 18px; }
.caution li { margin: 3px 0; max-width: 84ch; }
figure { margin: 0 0 12px; }
figure svg { display: block; width: 100%; height: auto; }
figcaption { margin-top: 10px; color: var(--ink); font-size: 13.5px; line-height: 1.5; max-width: 98ch; }
.empty { padding: 14px 16px; border: 1px dashed var(--line); color: var(--soft); }
details { margin: 8px 0; font-size: 13.5px; }
summary { cursor: pointer; color: #0550ae; }
details details { margin-left: 16px; }
.scroll { overflow: auto; max-height: 520px; margin: 8px 0 14px; border: 1px solid var(--line); }
table { border-collapse: collapse; font-size: 12.5px; line-height: 1.4; font-variant-numeric: tabular-nums; }
caption { padding: 6px 8px; color: var(--soft); text-align: left; }
th, td { padding: 3px 9px; text-align: right; vertical-align: top; white-space: nowrap; border-top: 1px solid #eaeef2; }
thead th { position: sticky; top: 0; background: var(--pale); border-top: 0; font-weight: 600; }
.w { text-align: left; }
.glance { min-width: 55%; }
.wide { width: 100%; }
.verdicts td { white-space: normal; }
.verdicts .sure, .verdicts td:last-child { white-space: nowrap; }
.verdicts small { display: block; color: var(--soft); font-size: 11px; }
.glance { font-size: 12px; }
.glance th, .glance td { padding: 3px 5px; vertical-align: middle; }
.verdicts th, .verdicts td { vertical-align: top; }
.glance tbody th { padding-top: 9px; border-top: 1px solid var(--line); font-weight: 600; }
.open { overflow: auto; margin: 10px 0 4px; }
.no { color: #6e7781; }
.sure { font-weight: 600; }
.bar { display: inline-block; width: 40px; height: 9px; margin-right: 6px; background: #eaeef2; vertical-align: 0; }
.bar i { display: block; height: 100%; background: #8c959f; }
.facts { display: grid; grid-template-columns: 148px minmax(0, 1fr); gap: 5px 20px; margin: 0; font-size: 13.5px; }
.facts dt { color: var(--soft); }
.facts dd { margin: 0; }
.terms { grid-template-columns: 148px minmax(0, 76ch); }
code { font: 12.5px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; word-break: break-all; }
pre { margin: 0; white-space: pre-wrap; }
footer { margin-top: 40px; color: var(--soft); font-size: 12.5px; }
@media (min-width: 1320px) {
  .page { display: grid; grid-template-columns: 190px minmax(0, 900px); column-gap: 44px; max-width: 1182px; }
  nav { position: sticky; top: 36px; align-self: start; margin: 0; padding-right: 8px; border-right: 1px solid var(--line); }
  nav a { display: block; margin: 0 0 7px; white-space: normal; }
}
@media (max-width: 640px) {
  .summary, .facts { grid-template-columns: 1fr; gap: 2px; }
  .summary dd, .facts dd { margin-bottom: 8px; }
}
@page { size: A4; margin: 10mm; }
@media print {
  html { font-size: 11.5px; }
  .page { display: block; max-width: none; padding: 0; }
  nav, details:not([open]) { display: none; }
  h1 { font-size: 22px; }
  h2 { margin-top: 22px; font-size: 16px; break-after: avoid; }
  h3 { margin: 14px 0 6px; font-size: 13px; break-after: avoid; }
  figure svg { max-height: 235mm; }
  section.figure, .caution, tr { break-inside: avoid; }
  figcaption, details, table, .facts, code { font-size: 10.5px; }
  .glance { font-size: 9.5px; }
  .glance th, .glance td { padding: 2px 3px; }
  figcaption { margin-top: 5px; line-height: 1.4; max-width: none; }
  p { max-width: none; }
  .scroll { max-height: none; overflow: visible; border: 0; }
  thead th { position: static; }
  a { color: inherit; text-decoration: none; }
}
`
