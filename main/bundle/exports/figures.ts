import type { ReportInput } from '../../charts/input.ts'
import { drawFigures, type Drawn } from '../figures.ts'
import { pdfOf } from '../pdf.ts'
import { tikzOf } from '../tex/tikz.ts'
import { tableCsv } from '../tex/table-csv.ts'
import type { Export, ExportFile } from './export.ts'

/** Every figure of the report as SVG, PDF and TikZ with pgfplots, and its numbers as CSV. */
export const figures: Export = {
  id: 'figures',
  label: 'all figures as SVG, PDF and pgfplots, their numbers as CSV',
  extension: 'zip',
  file: 'figures.zip',
  write: (input) => drawnFigures(input).flatMap(filesOfFigure),
  async beside(input) {
    const files: ExportFile[] = []
    for (const { id, chart, svg } of drawnFigures(input)) files.push({ name: `${id}.pdf`, data: await pdfOf(svg!, chart.title) })
    return files
  },
}

/** The figures that have something to show, in the order of the report. */
export function drawnFigures(input: ReportInput): Drawn[] {
  return drawFigures(input).flatMap(({ figures }) => figures.filter(({ svg }) => svg !== null))
}

function filesOfFigure({ id, figure, svg, tables }: Drawn): ExportFile[] {
  const csvs = tables.map((table, i) => ({ name: `${id}${tables.length > 1 ? `-${i + 1}` : ''}.csv`, data: tableCsv(table) }))
  return [{ name: `${id}.svg`, data: svg! }, { name: `${id}.tex`, data: tikzOf(figure!) }, ...csvs]
}
