import { placeOf } from '../charts/chart.ts'
import { drawFigures, type Drawn } from './figures.ts'
import type { ReportInput } from '../charts/input.ts'
import { agreementTable } from './page/agreement.ts'
import { axesTable } from './page/axes.ts'
import { glance } from './page/glance.ts'
import { faultTable } from './page/faults.ts'
import { framePage } from './page/frame.ts'
import { glue, Html, markup } from './page/html.ts'
import { provenanceSection, timeWords } from './page/provenance.ts'
import { dataTable, facts, fold } from './page/tables.ts'
import { TERMS } from './page/terms.ts'
import { verdictSection } from './page/verdicts.ts'
import { summarise, type Said } from './summary.ts'
import { list, plural, whole } from '../charts/words.ts'

/** One HTML page that needs nothing else: no network, no script, light on screen and in print. The same input gives the same bytes. */
export function renderReport(input: ReportInput): string {
  const { study, lab } = input.provenance
  const sections = sectionsOf(input)
  const links = sections.map(({ id, title }) => markup`<a href="#${id}">${title}</a>\n`)
  const body = sections.map(({ id, title, inside }) => markup`<section>\n<h2 id="${id}">${title}</h2>\n${inside}</section>\n`)
  const made = markup`Made by Junk DNA Lab ${lab} from ${plural(input.rows.length, 'row')} of results.`
  return framePage({ title: study.title, lab, links, header: header(input), body, footer: made })
}

interface Section {
  readonly id: string
  readonly title: string
  readonly inside: Html | readonly Html[]
}

function header({ provenance: { study, models, cells } }: ReportInput): Html {
  const done = `${whole(cells.done)} of ${plural(cells.planned, 'cell')}`
  const line = [list(models.map(({ name }) => name)), done, timeWords(study.createdAt)].filter(Boolean)
  const why = study.description ? markup`<p>${study.description}</p>` : null
  return markup`<header><h1>${study.title}</h1><div class="about"><p>${line.join(' · ')}</p>${why}</div></header>\n`
}

function sectionsOf(input: ReportInput): Section[] {
  const all = drawFigures(input)
  const sections: Section[] = [{ id: 'summary', title: 'In short', inside: summarySection(input) }]
  const verdicts = verdictSection(input.verdicts)
  if (verdicts) sections.push({ id: 'verdicts', title: 'The paper’s hypotheses', inside: verdicts })
  const places = all.map(({ data }) => data)
  let number = 0
  for (const [i, { data, figures }] of all.entries()) {
    const where = all.length > 1 ? `: ${placeOf(data, places)}` : ''
    const table = glance(data)
    const axes = axesTable(data)
    const drawn = figures.map((figure) => figureOf(figure, figure.svg === null ? 0 : ++number))
    if (table) sections.push({ id: `levels-${i + 1}`, title: `Level by level${where}`, inside: table })
    if (axes) sections.push({ id: `axes-${i + 1}`, title: `Does the axis predict the drop?${where}`, inside: axes })
    sections.push({ id: `figures-${i + 1}`, title: `Figures${where}`, inside: drawn })
  }
  const agreement = agreementTable(input.agreement ?? [])
  if (agreement) sections.push({ id: 'agreement', title: 'Do measures of difficulty agree?', inside: agreement })
  if (input.faults.length > 0) sections.push({ id: 'faults', title: 'What failed', inside: faultTable(input.faults) })
  sections.push({ id: 'reading', title: 'How to read the numbers', inside: facts(TERMS, 'terms') })
  sections.push({ id: 'provenance', title: 'Where the numbers come from', inside: provenanceSection(input) })
  return sections
}

function summarySection(input: ReportInput): Html[] {
  const { parts, cautions } = summarise(input)
  const said = parts.map((part) => markup`<dt>${part.title}</dt><dd>${part.said.map(saidWords)}</dd>\n`)
  const care = markup`<div class="caution"><strong>Read with care</strong>${listOf(cautions)}</div>\n`
  return [markup`<dl class="summary">\n${said}</dl>\n`, ...(cautions.length > 0 ? [care] : [])]
}

function saidWords({ text, items }: Said): Html {
  return markup`<p>${glue(text)}</p>${items.length > 0 ? listOf(items) : null}`
}

function listOf(items: readonly string[]): Html {
  return markup`<ul>${items.map((item) => markup`<li>${glue(item)}</li>`)}</ul>`
}

function figureOf({ id, chart, svg, caption, tables }: Drawn, number: number): Html {
  const title = markup`<h3 id="${id}-head">${chart.title}</h3>`
  if (svg === null) return markup`<section class="figure">${title}<p class="empty">${caption}</p></section>\n`
  const [first, ...more] = tables
  const each = () => tables.map((table) => fold(table.caption, dataTable(table, false)))
  const inside = first && (more.length === 0 ? dataTable(first) : each())
  return markup`<section class="figure">${title}
<figure>
${new Html(svg)}
<figcaption><b>Figure ${number}.</b> ${glue(caption)}</figcaption>
</figure>
</section>
${inside ? fold(`The data of figure ${number}`, inside) : null}`
}
