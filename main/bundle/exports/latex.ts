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
${parts.join('\n')}\\end{document}
`
    return [{ name: 'results.tex', data: document }, ...figures, ...tables.map(({ name, data }) => ({ name, data }))]
  },
}
