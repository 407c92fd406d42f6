import type { VerdictRow } from '../../preload/contract.ts'
import { compareText, groupBy } from '../charts/view.ts'
import { plural, whole } from '../charts/words.ts'
import { duration } from '../base/text.ts'
import { chapterSection, reasonsId, type Chapter } from './page/chapter.ts'
import { DIGEST_STYLE } from './page/digest-style.ts'
import { framePage } from './page/frame.ts'
import { glue, markup, type Html } from './page/html.ts'
import { tallyTable } from './page/tally.ts'
import { facts } from './page/tables.ts'
import { TERMS } from './page/terms.ts'
import { tally } from './tally.ts'
import { verdictCounts } from './verdicts/words.ts'

/** What a page over several studies is made of. */
export interface Digest {
  readonly title: string
  /** In the order of the page. */
  readonly chapters: readonly Chapter[]
  /** What to type to have figures and tables as files, a line each; none where they cannot be had so. */
  readonly commands: readonly string[]
}

/**
 * Several studies on one HTML page that needs nothing else: the question, verdicts over all, the rules, then a section for each study. The same
 * input gives the same bytes. The only addresses that lead out of it are the links of its chapters.
 */
export function renderDigest({ title, chapters, commands }: Digest): string {
  const { lab } = chapters[0]!.report.provenance
  const judged = chapters.map(({ report }, i) => ({
    name: `${i + 1}. ${report.provenance.study.title}`,
    verdicts: report.verdicts,
  }))
  const tallies = tally(judged)
  const hrefs = chapters.map((_, i) => ({ name: `s${i + 1}`, cell: (h: string) => reasonsId(i + 1, h) }))
  const over = tallies.hypotheses.length === 0 ? markup`<p class="empty">None of these studies bears on a hypothesis of the paper.</p>\n` : tallyTable(tallies, hrefs) // prettier-ignore
  const parts: readonly (readonly [id: string, title: string, inside: Html | readonly Html[]])[] = [
    ['verdicts', 'What the hypotheses come to', [over, countList(chapters)]],
    ['rules', 'The hypotheses and their rules', ruleList(chapters)],
    ...(commands.length > 0 ? [['files', 'Figures and tables as files', fileWords(commands)] as const] : []),
  ]
  const last = ['reading', 'How to read the numbers', facts(TERMS, 'terms')] as const
  const link = (id: string, words: string) => markup`<a href="#${id}">${words}</a>\n`
  const section = ([id, words, inside]: (typeof parts)[number]) => markup`<section>\n<h2 id="${id}">${words}</h2>\n${inside}</section>\n` // prettier-ignore
  return framePage({
    ...{ title, lab, style: DIGEST_STYLE, header: header(title, chapters) },
    links: [
      ...parts.map(([id, words]) => link(id, words)),
      ...judged.map(({ name }, i) => link(`s${i + 1}`, name)),
      link(last[0], last[1]),
    ],
    body: [...parts.map(section), ...chapters.map((chapter, i) => chapterSection(chapter, i + 1)), section(last)],
    footer: markup`Made by Junk DNA Lab ${lab} from ${plural(chapters.length, 'study', 'studies')}.`,
  })
}

const QUESTION =
  'Are the smallest weights of a pre-trained model junk, or do they hold what difficult tasks need? ' +
  'Each study below compresses a model further and further and asks it easy and hard questions of one kind: ' +
  'do the hard ones lose more, does training bring it back, and does it take the small weights to show that?'

function header(title: string, chapters: readonly Chapter[]): Html {
  const all = chapters.map(({ report }) => report.provenance)
  const sum = (of: (p: (typeof all)[number]) => number) => all.reduce((n, p) => n + of(p), 0)
  const models = [...new Set(all.flatMap(({ models }) => models.map(({ name }) => name)))]
  const shown = models.length > 6 ? `${models.slice(0, 6).join(', ')} and ${models.length - 6} more` : models.join(', ')
  const [done, planned, failed] = [sum((p) => p.cells.done), sum((p) => p.cells.planned), sum((p) => p.cells.failed)]
  const words = [
    shown,
    plural(chapters.length, 'study', 'studies'),
    `${whole(done)} of ${plural(planned, 'cell')}${failed > 0 ? `, ${whole(failed)} failed` : ''}`,
    `${duration(sum((p) => p.wallMs))} of computing`,
  ]
  return markup`<header><h1>${title}</h1><div class="about"><p>${words.filter(Boolean).join(' · ')}</p></div><p class="question">${QUESTION}</p></header>\n` // prettier-ignore
}

/** Of all studies, in the order of the hypotheses. */
function verdictsOf(chapters: readonly Chapter[]): VerdictRow[] {
  const rows = chapters.flatMap(({ report }) => report.verdicts)
  return rows.sort((a, b) => compareText(a.hypothesis, b.hypothesis))
}

function countList(chapters: readonly Chapter[]): Html {
  const counts = verdictCounts(verdictsOf(chapters))
  return counts.length === 0 ? markup`` : markup`<ul>${counts.map((text) => markup`<li>${glue(text)}</li>`)}</ul>\n`
}

/** Each hypothesis once, as fixed before any study was judged by it. */
function ruleList(chapters: readonly Chapter[]): Html {
  const rules = [...groupBy(verdictsOf(chapters), ({ hypothesis }) => hypothesis)]
  const pairs = rules.map(([hypothesis, [row]]): [string, Html] => [
    hypothesis,
    markup`<p id="rule-${hypothesis}"><b>${glue(row!.claim)}</b></p><p class="about">${glue(row!.rule)}</p>`,
  ])
  return pairs.length === 0 ? markup`<p class="empty">No hypothesis was judged.</p>\n` : facts(pairs)
}

function fileWords(commands: readonly string[]): Html {
  return markup`<p>Each figure is one file as SVG, one as PDF, one for LaTeX (pgfplots) and its numbers as CSV; below a figure stands what they are called. Verdicts, one by one, are a LaTeX table among the rest and CSV by themselves. The table of hypotheses by studies is in <code>hypotheses.csv</code> and <code>hypotheses.tex</code> beside them. On paper stands what is open: what should be printed of the reasons, open it before.</p>\n<pre><code>${commands.join('\n')}</code></pre>\n` // prettier-ignore
}
