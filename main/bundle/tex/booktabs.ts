import type { DataTable } from '../../charts/chart.ts'
import { texWords } from './words.ts'

/** Rows that fit on one page; longer tables go on over several. */
const PAGE = 40

/** A table for LaTeX with booktabs, over several pages (longtable) where it needs them: words to the left, numbers to the right. */
export function booktabs({ caption, head, rows, words }: DataTable, label: string): string {
  const columns = head.map((_, i) => (i < words ? 'l' : 'r')).join('')
  const title = `\\caption{${texWords(caption)}}\\label{tab:${label}}`
  const top = `\\toprule\n${line(head)}\\midrule`
  const body = rows.map(line).join('')
  if (rows.length > PAGE) {
    return `% needs booktabs, longtable
\\begin{longtable}{${columns}}
${title}\\\\
${top}
\\endfirsthead
${top}
\\endhead
${body}\\bottomrule
\\end{longtable}
`
  }
  return `% needs booktabs
\\begin{table}
\\centering
${title}
\\small\\setlength{\\tabcolsep}{4pt}
\\begin{tabular}{${columns}}
${top}
${body}\\bottomrule
\\end{tabular}
\\end{table}
`
}

function line(cells: readonly string[]): string {
  // a cell that begins with a bracket or star would be taken for an argument of the line before it
  return `${cells.map((cell) => texWords(cell).replace(/^(?=[[*])/, '{}')).join(' & ')} \\\\\n`
}
