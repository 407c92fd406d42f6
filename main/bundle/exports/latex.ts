import type { VerdictRow } from '../../../preload/contract.ts'
import type { DataTable } from '../../charts/chart.ts'
import { fixed } from '../../charts/words.ts'
import { texWords } from '../tex/words.ts'
import { booktabs } from '../tex/booktabs.ts'
import { tikzOf } from '../tex/tikz.ts'
import { drawnFigures } from './figures.ts'
import type { Export } from './export.ts'

/** Each table of the report for LaTeX (booktabs), each figure (pgfplots), and a document that shows all of them. */
export const latex: Export = {
  id: 'latex',
  label: 'LaTeX: booktabs tables, pgfplots figures, a document of all',
  extension: 'zip',
  file: 'latex.zip',
  write(input) {
    const { verdicts } = input
    const judged =
      verdicts.length === 0 ? [] : [{ name: 'table-verdicts.tex', data: booktabs(verdictTable(verdicts), 'verdicts') }]
    const drawn = drawnFigures(input)
    const figures = drawn.map(({ id, figure }) => ({ name: `figure-${id}.tex`, data: tikzOf(figure!) }))
    const tables = drawn.flatMap(({ id, tables }) =>
      tables.map((table, i) => {
        const label = `${id}${tables.length > 1 ? `-${i + 1}` : ''}`
        return { id, name: `table-${label}.tex`, data: booktabs(table, label) }
      }),
    )
    const { title, name } = input.provenance.study
    const parts = drawn.map(({ id, chart, caption }) => {
      const mine = tables.filter((table) => table.id === id).map((table) => `\\input{${table.name}}\n`)
      const body = `\\resizebox{\\linewidth}{!}{\\input{figure-${id}.tex}}\n\\caption{${texWords(caption)}}\\label{fig:${id}}`
      return `\\section{${texWords(chart.title)}}\n\\begin{figure}[htp]\n\\centering\n${body}\n\\end{figure}\n${mine.join('')}\\clearpage\n`
    })
    const document = `% ${texWords(name)}: all figures and tables. Needs booktabs, longtable, pgfplots.
\\documentclass[a4paper]{article}
\\usepackage[T1]{fontenc}
\\usepackage[utf8]{inputenc}
\\usepackage{textcomp}
\\usepackage[margin=20mm]{geometry}
\\usepackage{booktabs,longtable,graphicx}
\\usepackage{pgfplots}
\\pgfplotsset{compat=1.9}
\\begin{document}
\\title{${texWords(title)}}
\\date{}
\\maketitle
${judged.map(({ name }) => `\\section{Verdicts}\n\\input{${name}}\n\\clearpage\n`).join('')}${parts.join('\n')}\\end{document}
`
    return [{ name: 'results.tex', data: document }, ...judged, ...figures, ...tables.map(({ name, data }) => ({ name, data }))]
  },
}

/** Scope by scope: verdict, effect with its interval, p. The reasons are in the CSV of the verdicts. */
function verdictTable(rows: readonly VerdictRow[]): DataTable {
  const numbers = ({ effectValue, effectLow, effectHigh, pHolm }: VerdictRow) => [effectValue, effectLow, effectHigh, pHolm].map((v) => fixed(v, 3)) // prettier-ignore
  const marks = ({ isControl, isSpecific, verdict }: VerdictRow) => (isControl ? ' (control)' : verdict === 'supported' && isSpecific === false ? ' †' : '') // prettier-ignore
  return {
    caption:
      'Verdicts; † a control shows the same, so it is not specific to small weights. Effects are fractions of 1 or tau, with 95 % intervals; p one-sided, after Holm.',
    head: ['hypothesis', 'compression', 'asked of', 'verdict', 'effect', 'low', 'high', 'p'],
    words: 4,
    rows: rows.map((row) => [row.hypothesis, row.compression, row.subject, `${row.verdict}${marks(row)}`, ...numbers(row)]),
  }
}
