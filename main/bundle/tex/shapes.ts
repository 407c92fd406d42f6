import { LabError } from '../../base/errors.ts'
import { texWords } from './words.ts'

/** A CSS pixel in TeX's big points. */
export const BP = 0.75

/** What a chart is drawn with, as echarts takes it (ZRender's elements). */
export interface Shape {
  readonly type: string
  readonly x?: number
  readonly y?: number
  readonly rotation?: number
  readonly shape?: Readonly<Record<string, unknown>>
  readonly style?: Style
  readonly children?: readonly Shape[]
}
interface Style {
  readonly fill?: string
  readonly stroke?: string
  readonly lineWidth?: number
  readonly lineDash?: unknown
  readonly opacity?: number
  readonly text?: string
  readonly fontSize?: number
  readonly fontWeight?: unknown
  readonly align?: string
}

/** Colours of a picture: each is defined once, by a name made of what it is. */
export interface Palette {
  name(colour: string): string
  definitions(): string
}

export function createPalette(): Palette {
  const known = new Set<string>()
  return {
    name(colour) {
      const hex = /^#([0-9a-f]{6})$/i.exec(colour)?.[1]?.toUpperCase()
      if (hex === undefined) throw unknown(`a colour as #rrggbb`, colour)
      known.add(hex)
      return `lab${hex}`
    },
    definitions: () =>
      [...known]
        .sort()
        .map((hex) => `\\definecolor{lab${hex}}{HTML}{${hex}}\n`)
        .join(''),
  }
}

export const isPaint = (colour: string | undefined): colour is string =>
  colour !== undefined && colour !== 'none' && colour !== 'transparent'

/** At most so many digits, none to spare; TeX knows no exponents. */
export function num(value: number, digits = 3): string {
  return String(Number(value.toFixed(digits)))
}

/** A number of the data to nine digits, which is all that pgfplots keeps. */
export const dataNumber = (value: number): string => String(Number(value.toPrecision(9)))

/** Where a point of a shape lies: in the picture, or within the axes of a panel. */
export type Place = (x: number, y: number) => string
export const onPaper: Place = (x, y) => `(${num(x * BP)}bp,${num(-y * BP)}bp)`
export const inAxes: Place = (x, y) => `(axis cs:${dataNumber(x)},${dataNumber(y)})`

export function dashOf(type: unknown): string {
  if (type === undefined || type === null || type === 'solid') return ''
  const lengths = type === 'dashed' ? [4, 3] : type === 'dotted' ? [1, 2] : type
  if (!Array.isArray(lengths)) throw unknown('solid, dashed, dotted or lengths', JSON.stringify(type))
  return `dash pattern=${lengths.map((length, i) => `${i % 2 === 0 ? 'on' : 'off'} ${num(Number(length) * BP)}bp`).join(' ')}`
}

/** One element and those within it, as commands of TikZ. */
export function drawShape(element: Shape, place: Place, palette: Palette): string {
  const { type, style = {}, children = [] } = element
  if (type === 'group') return children.map((child) => drawShape(child, place, palette)).join('')
  if (type === 'text') return drawText(element, place, palette)
  const path = pathOf(element, place)
  const look = lookOf(style, type, palette)
  return look === '' ? '' : `\\path[${look}] ${path};\n`
}

function pathOf({ type, shape = {} }: Shape, place: Place): string {
  const n = (name: string) => Number(shape[name])
  switch (type) {
    case 'line':
      return `${place(n('x1'), n('y1'))} -- ${place(n('x2'), n('y2'))}`
    case 'rect':
      return `${place(n('x'), n('y'))} rectangle ${place(n('x') + n('width'), n('y') + n('height'))}`
    case 'circle':
      return `${place(n('cx'), n('cy'))} circle[radius=${num(n('r') * BP)}bp]`
    case 'polygon':
    case 'polyline': {
      const points = (shape.points as readonly (readonly [number, number])[]).map(([x, y]) => place(x, y))
      return `${points.join(' -- ')}${type === 'polygon' ? ' -- cycle' : ''}`
    }
    default:
      throw unknown('a line, rect, circle, polygon, polyline, text or group', type)
  }
}

function lookOf({ fill, stroke, lineWidth = 1, lineDash, opacity = 1 }: Style, type: string, palette: Palette): string {
  const hasFill = isPaint(fill) && type !== 'line' && type !== 'polyline'
  const parts = [
    ...(hasFill ? [`fill=${palette.name(fill)}`] : []),
    ...(isPaint(stroke) ? [`draw=${palette.name(stroke)}`, `line width=${num(lineWidth * BP)}bp`, dashOf(lineDash)] : []),
  ].filter(Boolean)
  if (parts.length > 0 && opacity < 1) parts.push(`opacity=${num(opacity)}`)
  return parts.join(', ')
}

function drawText({ x = 0, y = 0, rotation = 0, style = {} }: Shape, place: Place, palette: Palette): string {
  const { text = '', fill = '#000000', fontSize = 12, fontWeight, align = 'left' } = style
  if (text.trim() === '') return ''
  const size = fontSize * BP
  const font = `font=\\fontsize{${num(size)}}{${num(size * 1.2)}}\\selectfont${isBold(fontWeight) ? '\\bfseries' : ''}`
  const anchor = align === 'center' ? 'center' : align === 'right' ? 'east' : 'west'
  const turn = rotation === 0 ? [] : [`rotate=${num((rotation * 180) / Math.PI)}`]
  const look = [`anchor=${anchor}`, 'inner sep=0pt', `text=${palette.name(fill)}`, font, ...turn].join(', ')
  return `\\node[${look}] at ${place(x, y)} {${texWords(text)}};\n`
}

const isBold = (weight: unknown) => weight === 'bold' || (typeof weight === 'number' && weight >= 600)

function unknown(expected: string, came: string): LabError {
  return new LabError('app/unexpected', `Expected ${expected} in a figure for LaTeX, got ${came}.`)
}
