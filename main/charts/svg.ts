import { FONT, type ChartOption, type Figure } from './option.ts'

/** Text made safe inside an element or a quoted attribute. */
export function escapeText(text: string): string {
  return printable(text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`))
}

/** Without the characters that no XML document may hold. */
function printable(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
}

/**
 * What echarts draws of a figure, for any page: titled, described, on a transparent ground, in the fonts of the reader. What it writes for its own
 * page (counters, hover styles, data indices) would differ from one rendering to the next.
 */
export function tidySvg(svg: string, figure: Figure): string {
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
