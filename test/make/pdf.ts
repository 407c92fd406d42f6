import { inflateSync } from 'node:zlib'

/** A PDF of one page as another program reads it (ISO 32000-1): enough of it for files that name their objects one by one. */
export interface ReadPdf {
  /** Width and height, in points. */
  readonly size: readonly [number, number]
  readonly pages: number
  readonly images: number
  readonly title: string
  /** What is written, a text each, by the table that says which letter a glyph is (9.10.3). */
  readonly words: readonly string[]
  /** Operators and operands of the page. */
  readonly drawing: string
}

export function readPdf(bytes: Uint8Array): ReadPdf {
  const file = Buffer.from(bytes).toString('latin1')
  const [, table] = /startxref\n(\d+)\n%%EOF\s*$/.exec(file) ?? []
  if (!file.startsWith('%PDF-1.') || !file.startsWith('xref', Number(table))) throw new TypeError(`no PDF: ${file.slice(0, 80)}`)
  const objects = new Map([...file.matchAll(/^(\d+) 0 obj\n([\s\S]*?)\nendobj$/gm)].map(([, n, body]) => [Number(n), body!]))
  const all = [...objects.values()]
  const behind = (body: string, name: string) => objects.get(Number(new RegExp(`/${name} \\[?(\\d+) 0 R`).exec(body)![1]))!
  const pages = all.filter((body) => /\/Type \/Page\b/.test(body))
  const page = pages[0]!
  const drawing = streamOf(behind(page, 'Contents'))
  const fonts = new Map(
    [...behind(page, 'Resources').matchAll(/\/(F\d+) (\d+) 0 R/g)].map(([, name, n]) => [
      name!,
      lettersOf(streamOf(behind(objects.get(Number(n))!, 'ToUnicode'))),
    ]),
  )
  return {
    size: /\/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]/.exec(page)!.slice(1).map(Number) as [number, number],
    pages: pages.length,
    images: all.filter((body) => body.includes('/Subtype /Image')).length,
    title: titleOf(objects, file),
    words: [...drawing.matchAll(/\bBT\n([\s\S]*?)\nET\b/g)].map(([, text]) => textOf(text!, fonts)),
    drawing,
  }
}

function streamOf(body: string): string {
  const length = Number(/\/Length (\d+)/.exec(body)![1])
  const begin = body.indexOf('stream\n') + 'stream\n'.length
  const bytes = Buffer.from(body.slice(begin, begin + length), 'latin1')
  return (body.includes('/FlateDecode') ? inflateSync(bytes) : bytes).toString('latin1')
}

/** Letters by glyph, from lines such as <0000> <0002> [<0000> <0064> <0072>]. */
function lettersOf(map: string): ReadonlyMap<number, string> {
  const letters = new Map<number, string>()
  for (const [, first, , list] of map.matchAll(/<([0-9a-f]{4})> <([0-9a-f]{4})> \[([^\]]*)\]/g))
    for (const [i, [, hex]] of [...list!.matchAll(/<([0-9a-f ]+)>/g)].entries())
      letters.set(parseInt(first!, 16) + i, Buffer.from(hex!.replaceAll(' ', ''), 'hex').swap16().toString('utf16le'))
  return letters
}

function textOf(text: string, fonts: ReadonlyMap<string, ReadonlyMap<number, string>>): string {
  const font = fonts.get(/\/(F\d+) [\d.]+ Tf/.exec(text)![1]!)!
  const glyphs = [...text.matchAll(/<([0-9a-f]+)>/g)].flatMap(([, hex]) => hex!.match(/.{4}/g)!)
  return glyphs.map((glyph) => font.get(parseInt(glyph, 16)) ?? '\ufffd').join('')
}

function titleOf(objects: ReadonlyMap<number, string>, file: string): string {
  const info = objects.get(Number(/\/Info (\d+) 0 R/.exec(file)![1]))!
  const said = objects.get(Number(/\/Title (\d+) 0 R/.exec(info)?.[1])) ?? info
  const [, raw] = /\(([\s\S]*)\)/.exec(said)!
  const text = Buffer.from(raw!.replace(/\\([()\\])/g, '$1'), 'latin1')
  return text[0] === 0xfe && text[1] === 0xff ? text.subarray(2).swap16().toString('utf16le') : text.toString('latin1')
}
