/** What a page over several studies needs beyond the style of each. */
export const DIGEST_STYLE = `
.page > nav { max-height: calc(100vh - 72px); overflow: auto; }
main { min-width: 0; }
h4 { margin: 22px 0 8px; font-size: 14px; line-height: 1.4; }
.question { font-size: 17px; line-height: 1.5; }
.chapter { margin-top: 64px; }
.chapter > h2 { border-bottom-width: 2px; border-color: var(--ink); }
.tally th a, .tally td a { color: inherit; text-decoration: none; }
.tally th a:hover, .tally td a:hover { text-decoration: underline; }
.tally tbody th { padding-top: 5px; border-top: 1px solid #eaeef2; font-weight: 400; white-space: normal; overflow-wrap: anywhere; text-align: left; min-width: 150px; }
.tally td { text-align: center; }
.tally thead th:not(.w) { text-align: center; }
.tally small { display: block; color: var(--soft); font-size: 10.5px; }
.share { display: flex; width: 54px; height: 7px; margin: 2px auto 3px; }
.share i, .bar i { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.share .yes { background: #0550ae; }
.share .not { background: #d1570b; }
.share .undecided { background: #c4cbd3; }
.matrix td:not(.w), .matrix th:not(.w) { text-align: center; padding-left: 12px; padding-right: 12px; }
.matrix .control { color: #6e7781; }
.matrix .control .sure { font-weight: 400; }
.matrix thead th { white-space: normal; vertical-align: bottom; max-width: 110px; }
.matrix thead th.w { max-width: none; }
.matrix .w { white-space: normal; overflow-wrap: anywhere; }
.matrix td.w { min-width: 150px; }
.chapter .scroll td { white-space: normal; }
.chapter .empty { margin-top: 14px; }
.open + .about { font-size: 13px; }
.files { color: var(--soft); font-size: 12px; }
@media (max-width: 1319px) { .page > nav { columns: 2; max-height: none; } .page > nav a { display: block; white-space: normal; margin: 0 0 5px; } }
@media print {
  .chapter { break-before: page; margin-top: 0; }
  .tally tr, .matrix tbody { break-inside: avoid; }
  .question { font-size: 13px; }
  .tally small, .files { font-size: 8.5px; }
  .open + .about { font-size: 10.5px; }
  h4 { margin: 12px 0 5px; font-size: 11.5px; break-after: avoid; }
}
`
