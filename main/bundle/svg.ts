// The door of echarts in main/: options become SVG text, without a DOM.
import { CustomChart, LineChart, ScatterChart } from 'echarts/charts'
import { GraphicComponent, GridComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { FONT, type ChartOption, type Figure } from '../charts/option.ts'

use([CustomChart, LineChart, ScatterChart, GraphicComponent, GridComponent, SVGRenderer])

/** A figure as SVG 1.1 on a transparent ground, titled and described; the same figure gives the same bytes. */
export function renderSvg(figure: Figure): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: figure.width, height: figure.height })
  try {
    chart.setOption({ animation: false, ...figure.option })
    return tidy(chart.renderToSVGString(), figure)
  } finally {
    chart.dispose() // or the process does not end
  }
}

/** Text made safe inside an element or a quoted attribute. */
export function escapeText(text: string): string {
  return printable(text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`))
}

/** Without the characters that no XML document may hold. */
function printable(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
}

// What echarts writes for its own page (counters, hover styles, data indices) would differ from one rendering to the next.
function tidy(svg: string, figure: Figure): string {
  const ids = new Map<string, string>()
  const idOf = (id: string) => {
    if (!ids.has(id)) ids.set(id, `${figure.id}-${ids.size + 1}`)
    return ids.get(id)!
  }
  const body = printable(svg)
    .replace(/^<svg [^>]*>/, '')
    .replace(/<style\s*>[\s\S]*?<\/style>/g, '')
    .replace(/ class="zr\d+-cls-\d+"/g, '')
    .replace(/ pointer-events="visible"/g, '')
    .replace(/font-family:[^;"]*;/g, '')
    .replace(/\bzr\d+-[a-z]+\d+\b/g, idOf)
    .replace(/<path [^>]*?ecmeta_series_index="(\d+)" ecmeta_data_index="(\d+)"[^>]*><\/path>/g, (path, series, item) => {
      const tip = tipOf(figure.option, Number(series), Number(item))
      return tip === undefined ? path : path.replace('></path>', `><title>${escapeText(tip)}</title></path>`)
    })
    .replace(/ ecmeta_[a-z_]+="[^"]*"/g, '')
    .replace(/<defs\s*>\s*<\/defs>/g, '')
    .replace(/\n+/g, '\n')
  const head =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${figure.width}" height="${figure.height}" ` +
    `viewBox="0 0 ${figure.width} ${figure.height}" role="img" aria-labelledby="${figure.id}-title ${figure.id}-desc" ` +
    `font-family="${escapeText(FONT)}">`
  const words = `<title id="${figure.id}-title">${escapeText(figure.title)}</title><desc id="${figure.id}-desc">${escapeText(figure.about)}</desc>`
  return `${head}\n${words}${body.trimEnd()}`
}

function tipOf(option: ChartOption, series: number, item: number): string | undefined {
  const data = Array.isArray(option.series) ? option.series[series]?.data : undefined
  const datum: unknown = Array.isArray(data) ? data[item] : undefined
  if (typeof datum !== 'object' || datum === null || !('name' in datum)) return undefined
  return typeof datum.name === 'string' && datum.name !== '' ? datum.name : undefined
}
