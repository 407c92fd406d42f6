import { paint } from './picture.ts'

/** CSS pixels of an inch, and points of a CSS pixel. */
const CSS_DPI = 96
const POINTS = 72 / CSS_DPI
/** What journals ask of line art; a drawing larger than a page has fewer, so that its pixels fit in memory. */
const DPI = 600
const MOST_PIXELS = 32e6

/** A drawing as a PDF of one page that is just as large: its pixels at 600 to the inch, without loss (ISO 32000-1, 8.9.5). */
export async function pdfOf(svg: string): Promise<Blob> {
  let scale = 1
  const canvas = await paint(svg, (width, height) => (scale = Math.min(DPI / CSS_DPI, Math.sqrt(MOST_PIXELS / (width * height)))))
  const { width, height } = canvas
  const pixels = await deflate(colours(canvas))
  const [w, h] = [width, height].map((n) => Number(((n * POINTS) / scale).toFixed(3)))
  const drawing = `q ${w} 0 0 ${h} 0 0 cm /Im0 Do Q`
  return assemble([
    ['<< /Type /Catalog /Pages 2 0 R >>'],
    ['<< /Type /Pages /Kids [3 0 R] /Count 1 >>'],
    [`<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${w} ${h}] /Contents 4 0 R /Resources << /XObject << /Im0 5 0 R >> >> >>`],
    [`<< /Length ${drawing.length} >>\nstream\n${drawing}\nendstream`],
    [
      `<< /Type /XObject /Subtype /Image /Width ${width} /Height ${height} /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /FlateDecode /Length ${pixels.length} >>\nstream\n`,
      pixels,
      '\nendstream',
    ],
  ])
}

/** Red, green and blue of each pixel, row by row from the top. */
function colours(canvas: HTMLCanvasElement): Uint8Array<ArrayBuffer> {
  const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
  const found = new Uint8Array((data.length / 4) * 3)
  for (let from = 0, to = 0; from < data.length; from += 4) {
    found[to++] = data[from]!
    found[to++] = data[from + 1]!
    found[to++] = data[from + 2]!
  }
  return found
}

async function deflate(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'))
  return new Uint8Array(await new Response(packed).arrayBuffer())
}

/** Numbered objects, the catalogue first, with the table of where each begins. */
function assemble(objects: readonly (readonly (string | Uint8Array<ArrayBuffer>)[])[]): Blob {
  const parts: (string | Uint8Array<ArrayBuffer>)[] = []
  let length = 0
  const write = (...more: readonly (string | Uint8Array<ArrayBuffer>)[]) => {
    parts.push(...more)
    length += more.reduce((sum, part) => sum + part.length, 0) // text is ASCII: a byte a letter
  }
  write('%PDF-1.4\n')
  const begins = objects.map((object, i) => {
    const at = length
    write(`${i + 1} 0 obj\n`, ...object, '\nendobj\n')
    return at
  })
  const table = length
  const entries = begins.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`)
  write(`xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${entries.join('')}`)
  write(`trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`)
  return new Blob(parts, { type: 'application/pdf' })
}
