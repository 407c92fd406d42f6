// The door of pdfkit, which is loaded when the first drawing is set: it takes a fifth of a second.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type PdfDocument from 'pdfkit'
import { LabError } from '../base/errors.ts'
import { RESOURCES } from '../study/places.ts'
import { readSvg, type Element } from './svg-tree.ts'

/** Points of a CSS pixel: 72 and 96 to the inch. */
const POINTS = 72 / 96
/** The first with opacity; pdflatex takes no file above 1.5 without a warning. */
const VERSION = '1.4' as const
/** Length of a page at most, in points (ISO 32000-1, annex C). */
const LONGEST = 14_400
/** The day that zips without one have: that of the clock would make other bytes each time. */
const MADE = new Date(Date.UTC(1980, 0, 1))

/**
 * A drawing as a PDF of one page that is just as large: lines stay lines and words stay words, in letters that lie in the file (DejaVu Sans
 * Condensed; a sign that it does not have is a box). The same drawing gives the same bytes. LabError 'figure/svg' for what is no such drawing.
 */
export async function pdfOf(svg: string, title: string): Promise<Uint8Array> {
  const root = readSvg(svg)
  const size = sizeOf(root)
  const { default: Document } = await import('pdfkit')
  const { plain, bold } = letters()
  const info = { Title: title, CreationDate: MADE }
  const facts = { lang: 'en', displayTitle: true, info, pdfVersion: VERSION }
  const document = new Document({ size, margin: 0, font: plain, ...facts })
  document.registerFont('plain', plain).registerFont('bold', bold).scale(POINTS)
  const clips = new Map(elementsOf(root, 'clipPath').map((clip) => [`url(#${clip.attributes.id})`, clip]))
  for (const child of root.children) draw(document, child, clips)
  document.version = 1.3 // at which it adds no second title as XML, which it would not escape
  document.end()
  return document.read()!
}

/** Width and height in points. */
function sizeOf({ attributes }: Element): readonly [number, number] {
  const [width, height] = ['width', 'height'].map((side) => Number.parseFloat(attributes[side] ?? '') * POINTS) as [
    number,
    number,
  ]
  if ([width, height].every((n) => n > 0 && n <= LONGEST)) return [width, height]
  const came = `${attributes.width ?? 'none'} and ${attributes.height ?? 'none'}`
  throw new LabError('figure/svg', `Expected a drawing with a width and a height up to ${LONGEST / POINTS} pixels, got ${came}.`)
}

function elementsOf({ children }: Element, name: string): Element[] {
  return children.flatMap((child) => [...(child.name === name ? [child] : []), ...elementsOf(child, name)])
}

let kept: { readonly plain: Uint8Array; readonly bold: Uint8Array } | undefined

function letters() {
  const read = (weight: string) => readFileSync(join(RESOURCES, 'fonts', `DejaVuSansCondensed${weight}.ttf`))
  kept ??= { plain: read(''), bold: read('-Bold') }
  return kept
}

type Clips = ReadonlyMap<string, Element>

/** Words about the drawing, and what is drawn elsewhere or not at all. */
const SILENT = ['title', 'desc', 'defs', 'clipPath']

function draw(document: PdfDocument, element: Element, clips: Clips): void {
  const { name, attributes, children } = element
  if (SILENT.includes(name)) return
  checkKnown(element)
  document.save()
  const clip = attributes['clip-path']
  if (clip !== undefined) {
    const shapes = clips.get(clip)?.children ?? []
    if (shapes.length !== 1) throw no(`one shape to clip by at "${clip}"`, String(shapes.length))
    outline(document, shapes[0]!)
    document.clip()
  }
  if (attributes.transform !== undefined) move(document, attributes.transform)
  if (name === 'g') for (const child of children) draw(document, child, clips)
  else if (name === 'text') write(document, element)
  else paint(document, element)
  document.restore()
}

/** The path of a shape. */
function outline(document: PdfDocument, { name, attributes }: Element): void {
  const at = (key: string) => Number(attributes[key] ?? 0)
  if (name === 'path') document.path(attributes.d ?? '')
  else if (name === 'rect') document.rect(at('x'), at('y'), at('width'), at('height'))
  else if (name === 'circle') document.circle(at('cx'), at('cy'), at('r'))
  else if (name === 'polygon') document.path(`M${attributes.points}Z`)
  else if (name === 'polyline') document.path(`M${attributes.points}`)
  else throw no('only lines and words in a drawing', `<${name}>`)
}

function paint(document: PdfDocument, element: Element): void {
  const { fill = '#000000', stroke = 'none', ...at } = element.attributes
  const [isFilled, isStroked] = [fill !== 'none', stroke !== 'none']
  if (!isFilled && !isStroked) return
  outline(document, element)
  if (isFilled) document.fillColor(fill, Number(at['fill-opacity'] ?? 1))
  if (!isStroked) return void document.fill()
  document.strokeColor(stroke, Number(at['stroke-opacity'] ?? 1)).lineWidth(Number(at['stroke-width'] ?? 1))
  document.lineCap(at['stroke-linecap'] ?? 'butt').lineJoin(at['stroke-linejoin'] ?? 'miter')
  const dashes = at['stroke-dasharray']?.split(',').map(Number)
  if (dashes) document.dash(dashes, { phase: Number(at['stroke-dashoffset'] ?? 0) })
  if (isFilled) document.fillAndStroke()
  else document.stroke()
}

/** How much of its width a text stands left of its place. */
const ANCHORS: Readonly<Record<string, number>> = { start: 0, middle: 0.5, end: 1 }

function write(document: PdfDocument, { attributes, text }: Element): void {
  const style = new Map((attributes.style ?? '').split(';').map((part) => part.split(':', 2) as [string, string]))
  const weight = attributes['font-weight'] ?? style.get('font-weight') ?? '400'
  const size = Number.parseFloat(attributes['font-size'] ?? style.get('font-size') ?? '12')
  document.font(weight === 'bold' || Number(weight) >= 600 ? 'bold' : 'plain').fontSize(size)
  document.fillColor(attributes.fill ?? '#000000', Number(attributes['fill-opacity'] ?? 1))
  const left = Number(attributes.x ?? 0) - ANCHORS[attributes['text-anchor'] ?? 'start']! * document.widthOfString(text)
  const baseline = attributes['dominant-baseline'] === 'central' ? 'svg-central' : 'alphabetic'
  document.text(text, left, Number(attributes.y ?? 0), { lineBreak: false, baseline })
}

/** SVG 1.1, 7.6: functions, applied from the left to the right. */
function move(document: PdfDocument, transform: string): void {
  for (const [whole, name, list] of transform.matchAll(/(\w+)\(([^)]*)\)/g)) {
    const [x, y, ...more] = list!
      .trim()
      .split(/[\s,]+/)
      .map(Number) as [number, number | undefined, ...number[]]
    const turn = (x * Math.PI) / 180
    if (name === 'matrix') document.transform(x, y!, more[0]!, more[1]!, more[2]!, more[3]!)
    else if (name === 'translate') document.transform(1, 0, 0, 1, x, y ?? 0)
    else if (name === 'scale') document.transform(x, 0, 0, y ?? x, 0, 0)
    else if (name === 'rotate' && y === undefined)
      document.transform(Math.cos(turn), Math.sin(turn), -Math.sin(turn), Math.cos(turn), 0, 0)
    else throw no('translate, scale, rotate and matrix alone', whole)
  }
}

/** What is drawn by, and what says nothing of how it looks. */
const KNOWN = new Set([
  ...['d', 'x', 'y', 'width', 'height', 'cx', 'cy', 'r', 'points', 'transform', 'clip-path', 'fill', 'fill-opacity', 'stroke'],
  ...['stroke-opacity', 'stroke-width', 'stroke-linecap', 'stroke-linejoin', 'stroke-dasharray', 'stroke-dashoffset'],
  ...['style', 'font-size', 'font-weight', 'text-anchor', 'dominant-baseline', 'id', 'xml:space', 'font-family'],
])
const KNOWN_STYLES = new Set(['font-size', 'font-weight', 'font-family'])

/** What would be left out silently is refused by name. */
function checkKnown({ name, attributes }: Element): void {
  const stray = Object.keys(attributes).find((key) => !KNOWN.has(key))
  if (stray !== undefined) throw no('only what a PDF can be given', `${stray}="${attributes[stray]}" of <${name}>`)
  const styles = (attributes.style ?? '').split(';').map((part) => part.split(':', 1)[0]!)
  const odd = styles.find((style) => style !== '' && !KNOWN_STYLES.has(style))
  if (odd !== undefined) throw no('only sizes and weights of letters in a style', `${odd} of <${name}>`)
}

function no(expected: string, came: string): LabError {
  return new LabError('figure/svg', `Expected ${expected}, got ${came.slice(0, 120)}.`)
}
