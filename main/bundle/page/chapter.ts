import type { VerdictRow } from '../../../preload/contract.ts'
import { placeOf, type Chart, type ChartData } from '../../charts/chart.ts'
import type { ReportInput } from '../../charts/input.ts'
import { groupBy } from '../../charts/view.ts'
import { plural, sentence, whole } from '../../charts/words.ts'
import { drawSome, type Drawn, type DrawnView } from '../figures.ts'
import { summarise } from '../summary.ts'
import { axesTable } from './axes.ts'
import { faultTable } from './faults.ts'
import { glance } from './glance.ts'
import { glue, Html, markup } from './html.ts'
import { verdictMatrix } from './matrix.ts'
import { provenancePairs, timeWords } from './provenance.ts'
import { facts, fold } from './tables.ts'
import { verdictLines } from './verdicts.ts'

/** A study as one section of a page over several. */
export interface Chapter {
  readonly report: ReportInput
  /** What the paper did, what is inferred and what differs here, a paragraph per line; null for a study that is no experiment of the paper. */
  readonly about: string | null
  /** Where its own report lies, as seen from the page; null where it is not at hand. */
  readonly link: string | null
  /** The folder that its exports go into. */
  readonly folder: string
}

/** Where a hypothesis of the n-th chapter has its reasons. */
export const reasonsId = (n: number, hypothesis: string) => `s${n}-${hypothesis}`

/** The n-th study, from 1, laid out as the paper lays out an experiment: figures, difficulty against drop, verdicts, controls, what differs, provenance. */
export function chapterSection(chapter: Chapter, n: number): Html {
  const { report, about, link } = chapter
  const { study, models, cells } = report.provenance
  const own = link === null ? null : markup` · <a href="${link}">report of this study alone</a>`
  const line = [models.map(({ name }) => name).join(', '), `${whole(cells.done)} of ${plural(cells.planned, 'cell')}`, timeWords(study.createdAt)] // prettier-ignore
  const { parts, cautions } = summarise(report)
  const run = parts.find(({ title }) => title === 'What was run')?.said.map(({ text }) => glue(text)) ?? []
  const said = [...(about === null ? [] : aboutPairs(about)), ['Run here', run.join(' ') || 'nothing yet'] as const]
  const care = markup`<div class="caution"><strong>Read with care</strong><ul>${cautions.map((c) => markup`<li>${glue(c)}</li>`)}</ul></div>\n` // prettier-ignore
  const failed = report.faults.length === 0 ? null : markup`<h3>What failed</h3>\n${faultTable(report.faults)}`
  return markup`<section class="chapter">
<h2 id="s${n}">${n}. ${study.title}</h2>
<p class="about">${line.filter(Boolean).join(' · ')}${own}</p>
${study.description ? markup`<p>${study.description}</p>\n` : null}${facts(said)}
${report.rows.length === 0 ? markup`<p class="empty">Nothing has been scored, so there is neither figure nor verdict.</p>\n` : results(chapter, n)}
${cautions.length > 0 ? care : null}${failed}
<h3>Where the numbers come from</h3>
${facts(provenancePairs(report.provenance))}</section>
`
}

/** "The paper: …", "Inferred: …", "Here: …" as pairs; the line before them is the title of the template. */
function aboutPairs(about: string): (readonly [string, string])[] {
  return about
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, term, said] = /^([A-Z][\w ]{2,20}): (.*)$/.exec(line) ?? []
      return term === undefined ? [] : [[term, sentence(said!)] as const]
    })
}

function results({ report, folder }: Chapter, n: number): Html {
  const prefix = `s${n}-`
  const views = drawSome(report, prefix, isShown).filter(({ figures }) => figures.some(({ svg }) => svg !== null))
  const places = views.map(({ data }) => data)
  let number = 0
  const drawn = views.map((view) => {
    const where = placeOf(view.data, places)
    const inside = view.figures.map((one) => {
      const file = `${folder}/${one.id.slice(prefix.length)}`
      return one.svg === null ? null : figureOf(one, `${n}.${++number}`, file)
    })
    return markup`${where === '' ? null : markup`<h4>${where}</h4>\n`}${inside}${numbers(view)}`
  })
  return markup`<h3>Figures</h3>\n${drawn}${verdictPart(report.verdicts, n)}`
}

/**
 * The figures of an experiment: what is left at each level of difficulty, and difficulty against what was lost. Where models were trained on, the
 * figure of all trainings side by side is the main one; those of each training, the map of all tasks and the ledger are in the study's own report.
 */
function isShown(chart: Chart, { view, trainings }: ChartData): boolean {
  if (['data-adequacy', 'transfer', 'data-dose', 'dose'].includes(chart.id)) return true
  if (trainings.length > 1) return false
  // off any axis, tasks are a group; on one, their levels are the lines
  if (chart.id === 'performance') return view.tasks.some(({ axis }) => axis === '')
  // where difficulty is declared across the levels of axes, tau is what sets it against the drop
  if (chart.id === 'trend') return view.tasks.every(({ axis }) => axis !== '')
  return ['axis-performance', 'axis-drop', 'difficulty', 'contrast'].includes(chart.id)
}

function figureOf({ chart, svg, caption }: Drawn, number: string, file: string): Html {
  return markup`<section class="figure"><h4>${chart.title}</h4>
<figure>
${new Html(svg!)}
<figcaption><b>Figure ${number}.</b> ${glue(caption)} <span class="files">${file}</span></figcaption>
</figure>
</section>
`
}

/** The same in numbers, with intervals: tau of drop and level, and what is left at every level of compression. */
function numbers({ data }: DrawnView): (Html | null)[] {
  if (data.trainings.length > 1) return []
  const [axes, levels] = [axesTable(data), glance(data)]
  return [
    axes && fold('Difficulty against drop in numbers: τ at every level of compression', axes),
    levels && fold('Scores in numbers: every level of compression', levels),
  ]
}

function verdictPart(rows: readonly VerdictRow[], n: number): Html {
  const head = markup`<h3 id="s${n}-verdicts">Verdicts and controls</h3>\n`
  if (rows.length === 0) return markup`${head}<p class="empty">The study bears on none of the paper’s hypotheses.</p>\n`
  const reasons = [...groupBy(rows, ({ hypothesis }) => hypothesis)].map(([hypothesis, members]) => {
    const rule = markup`<p class="about" id="${reasonsId(n, hypothesis)}">${glue(members[0]!.claim)} <a href="#rule-${hypothesis}">The rule.</a></p>`
    return fold(`${hypothesis}: reasons, effects and intervals of ${plural(members.length, 'scope')}, controls among them`, markup`${rule}\n${verdictLines(members)}`) // prettier-ignore
  })
  return markup`${head}${verdictMatrix(rows)}${reasons}`
}
