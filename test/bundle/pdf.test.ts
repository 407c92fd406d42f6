import { beforeAll, describe, expect, it } from 'vitest'
import { drawnFigures } from '../../main/bundle/exports/figures.ts'
import { pdfOf } from '../../main/bundle/pdf.ts'
import { readPdf, type ReadPdf } from '../make/pdf.ts'
import { makeAxisStudy, makeTransferStudy } from '../make/conditions.ts'
import { makeStudy } from '../make/rows.ts'

const SIGNS = 'τ = −0.33 ± 0.1, ≤ 5 ≥ 4 × → ‖ĉ‖² Łódź São'
const svg = (inside: string, size = 'width="400" height="200"') =>
  `<svg xmlns="http://www.w3.org/2000/svg" ${size}>${inside}</svg>`
const TEXT = svg(`<text x="10" y="20" style="font-size:12px;">${SIGNS}</text><text x="10" y="40" font-weight="600">bold</text>`)

const SHARES = [200, 2000].map((items) => ({ items, steps: 3, rate: 0.1 }))

// MuPDF 1.28.5 (PyMuPDF 2.0) draws these pages as Chromium draws their SVG, and reads the same words, once by hand:
// python -c "import pymupdf; p = pymupdf.open('v1-trend.pdf')[0]; print(p.get_text(), p.get_images()); p.get_pixmap(dpi=144).save('x.png')"
describe.each([
  ['tasks in groups', () => makeStudy({ groups: { group: ['one', 'two'], '': ['three'] }, hasDifficulty: true }), 4],
  ['perplexities', () => makeStudy({ scorer: 'word_perplexity', groups: { '': ['wikitext', 'lambada', 'x'] } }), 2],
  ['levels of axes, and bits', () => makeAxisStudy({ bits: [8, 3] }), 5],
  ['trainings', () => makeTransferStudy({ trainings: SHARES }), 6],
] as const)('the figures of a report as PDF: %s', (_, make, least) => {
  const figures = drawnFigures(make())
  let read: readonly ReadPdf[]
  beforeAll(
    async () => (read = await Promise.all(figures.map(async ({ svg, chart }) => readPdf(await pdfOf(svg!, chart.title))))),
  )

  it('are one page each, as large as the SVG: 3 points for 4 pixels', () => {
    expect(read.length).toBeGreaterThanOrEqual(least)
    expect(read.map(({ pages, size, title }) => ({ pages, size, title }))).toEqual(
      figures.map(({ figure, chart }) => ({ pages: 1, size: [figure!.width * 0.75, figure!.height * 0.75], title: chart.title })),
    )
  })
  it('are lines and no pixels: every path begins where it begins in the SVG', () => {
    for (const [i, { svg }] of figures.entries()) {
      const { images, drawing } = read[i]!
      expect(images).toBe(0)
      const begins = [...svg!.matchAll(/ d="M(-?[\d.]+)[ ,](-?[\d.]+)/g)].map(([, x, y]) => `${Number(x)} ${Number(y)} m`)
      const lines = new Set(drawing.split('\n'))
      expect(begins.length).toBeGreaterThan(10)
      expect(begins.filter((begin) => !lines.has(begin))).toEqual([])
    }
  })
  it('say what the SVG says, word for word and in its order', () => {
    const said = (text: string) => text.replace(/&#(\d+);/g, (_, n) => String.fromCodePoint(Number(n)))
    for (const [i, { svg }] of figures.entries()) {
      const texts = [...svg!.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text]) => said(text!))
      expect(texts.length).toBeGreaterThan(5)
      expect(read[i]!.words).toEqual(texts.filter((text) => text !== ''))
    }
  })
})

describe('a drawing as PDF', () => {
  it('has the letters that figures and Latin names are made of, and a box for others', async () => {
    expect(readPdf(await pdfOf(TEXT, 'x')).words).toEqual([SIGNS, 'bold'])
    const missing = readPdf(await pdfOf(TEXT.replace('bold', 'a漢b'), 'x')).words[1]!
    expect([missing.length, missing[0], missing.at(-1)]).toEqual([3, 'a', 'b'])
  })
  it('puts shapes where transforms, clips and anchors put them', async () => {
    const { drawing } = readPdf(
      await pdfOf(
        svg(
          '<defs><clipPath id="c"><path d="M1 2L3 4L5 6Z"/></clipPath></defs>' +
            '<g clip-path="url(#c)"><rect x="7" y="8" width="9" height="10" fill="#f00" fill-opacity="0.5" transform="translate(11 12)"/></g>' +
            '<polygon points="1,1 2,2 3,1" fill="none" stroke="#00ff00" stroke-width="2" stroke-dasharray="4,2"/>' +
            '<text x="100" text-anchor="end" style="font-size:10px;">aa</text>',
        ),
        'x',
      ),
    )
    expect(drawing).toMatch(/1 2 m\n3 4 l\n5 6 l\nh\nW n\n(.*\n)*1 0 0 1 11 12 cm\n7 8 9 10 re\n(.*\n)*1 0 0 scn\n(.*\n)*f\nQ/)
    expect(drawing).toMatch(/1 1 m\n2 2 l\n3 1 l\nh\n(.*\n)*0 1 0 SCN\n(.*\n)*2 w\n(.*\n)*\[4 2\] 0 d\nS/)
    // the letter a of DejaVu Sans Condensed is 1129 of 2048 units wide, as its table hmtx says
    const left = Number(/1 0 0 1 ([\d.]+) [\d.]+ Tm/.exec(drawing)![1])
    expect(left).toBeCloseTo(100 - (2 * 10 * 1129) / 2048, 2)
  })
  it('is of the version that has opacity and no newer', async () =>
    expect(Buffer.from(await pdfOf(TEXT, 'x')).toString('latin1', 0, 9)).toBe('%PDF-1.4\n'))
  it('is the same bytes each time', async () => expect(await pdfOf(TEXT, 'x')).toEqual(await pdfOf(TEXT, 'x')))
  it('keeps its title, of whatever letters', async () => {
    for (const title of ['plain (and) \\', 'τ – ‘drop’', 'a & <b>']) {
      const bytes = await pdfOf(TEXT, title)
      expect(readPdf(bytes).title).toBe(title)
      expect(Buffer.from(bytes).includes('<rdf:')).toBe(false) // where pdfkit would not escape it
    }
  })
  it.each([
    ['no drawing', 'x'],
    ['a drawing without a size', svg('', '')],
    ['one larger than a page can be', svg('', 'width="20000" height="1"')],
    ['one of no height', svg('', 'width="10" height="0"')],
    ['one that is cut off', svg('<g>').slice(0, -6)],
    ['a closed element that was not open', svg('</g>')],
    ['one that shows a file of this machine', svg('<image href="/etc/hostname" width="9" height="9"/>')],
    ['one with what a PDF would lack: a filter', svg('<path d="M0 0L9 9" filter="url(#f)"/>')],
    ['a style of which nothing would be left', svg('<text style="font-size:9px;letter-spacing:3px">x</text>')],
    ['a clip that is nowhere', svg('<g clip-path="url(#none)"><path d="M0 0L9 9"/></g>')],
    ['a skew', svg('<path d="M0 0L9 9" transform="skewX(30)"/>')],
  ])('%s is refused', async (_, text) => expect(pdfOf(text, 'x')).rejects.toMatchObject({ code: 'figure/svg' }))
})
