import { WIDTH, type Chart, type ChartData, type DataTable } from './chart.ts'
import type { RecoveryRow } from './input.ts'
import { BOLD, drawLegend, shorten, type LegendEntry } from './legend.ts'
import { errorBars, line, marks, type Mark } from './marks.ts'
import { INK, ramp, SOFT } from './palette.ts'
import { createPanels, percentScale, SMALL, type Scale } from './panels.ts'
import { levelLabel, ofPattern } from './amount.ts'
import { groupBy, meanOf } from './view.ts'
import { percent, plural, whole } from './words.ts'

const LEFT = 44
const GAP = 24
const RIGHT = 12
const COLUMNS = 2
const HEIGHT = 170
const HEAD = 40
const FOOT = 26

/** Share of the loss that training brings back against how long it lasts: a panel per compression and kind of training (paper.md 6). */
export const dose: Chart = {
  id: 'dose',
  title: 'Does more training bring it back?',
  empty: 'Training without the small weights has nowhere lost enough, for sure, to say what share more training brings back.',
  once: 'scorer',
  isFor: ({ trainings }) => dosesOf(trainings.map(({ view }) => view.training)).size > 0,
  caption: () =>
    'Share of what sparse training loses against dense that another kind of training brings back, after different numbers of steps; all else in the training is alike. ' +
    'Each line is one level of compression, where sparse ends more than 5 points below dense for sure. Dashed line: everything is back. Bars: 95 % intervals, paired bootstrap over items; with several seeds means, and the widest span.',
  figure(data, prefix) {
    const all = panelsOf(data)
    const spots = all.flatMap(({ lines }) => lines.flatMap((one) => one.spots))
    if (spots.length === 0) return null
    const levels = all.flatMap(({ lines }) => lines).sort((a, b) => a.sparsity - b.sparsity)
    const labels = [...new Set(levels.map(({ label }) => label))]
    const color = (label: string) => ramp(labels.indexOf(label), labels.length)
    const panels = createPanels()
    const entries = labels.map((label): LegendEntry => ({ label, color: color(label), mark: 'full', line: 'solid' }))
    const top = drawLegend(panels, [...entries, { label: 'all of it', color: INK, line: 'dashed' }], LEFT, 0, WIDTH) + 8
    const [x, y] = [stepScale(spots.map(({ steps }) => steps)), heightScale(spots)]
    const columns = Math.min(COLUMNS, all.length)
    const width = (WIDTH - LEFT - RIGHT - GAP * (columns - 1)) / columns
    const rowHeight = HEAD + HEIGHT + FOOT
    for (const [i, { name, training, kind, lines }] of all.entries()) {
      const box = { x: LEFT + (i % columns) * (width + GAP), y: top + HEAD + Math.floor(i / columns) * rowHeight, width, height: HEIGHT } // prettier-ignore
      panels.write(shorten(`${name} → ${kind}`, width / BOLD), box.x, box.y - 27, { bold: true })
      panels.write(shorten(training, width, SMALL), box.x, box.y - 11, { size: SMALL, fill: SOFT })
      const panel = panels.add(box, x, y, { x: true, y: i % columns === 0 })
      panels.draw(line(panel, [[x.min, 1], [x.max, 1]], { color: INK, type: 'dashed' })) // prettier-ignore
      for (const { label, spots: mine } of lines) {
        const points = mine.map((spot): Mark => ({ at: [Math.log2(spot.steps), spot.share], low: spot.low, high: spot.high, tip: `${label}, ${plural(spot.steps, 'step')}: ${wordsOf(spot)}` })) // prettier-ignore
        panels.draw(line(panel, points.map(({ at }) => at), { color: color(label), width: 1.6 }), errorBars(panel, points, color(label), 0.4)) // prettier-ignore
        panels.draw(marks(panel, points, color(label), 5))
      }
    }
    const bottom = top + Math.ceil(all.length / columns) * rowHeight
    panels.write('steps of training', LEFT + ((width + GAP) * columns - GAP) / 2, bottom + 6, { fill: SOFT, align: 'center' })
    panels.write('share brought back, %', 8, top + HEAD + HEIGHT / 2, { fill: SOFT, align: 'center', turn: 90 })
    return {
      id: `${prefix}-dose`,
      title: dose.title,
      about: `Share of the loss brought back against steps of training, for ${all.map(({ name, kind }) => `${name}, ${kind}`).join('; ')}. The numbers are in the table below.`,
      width: WIDTH,
      height: bottom + 16,
      option: panels.option(),
    }
  },
  tables(data) {
    const rows = panelsOf(data).flatMap(({ name, training, kind, lines }) => lines.flatMap(({ label, spots }) => spots.map((s) => [name, training, kind, label, whole(s.steps), percent(s.share, 0), s.low === null ? '–' : percent(s.low, 0), s.high === null ? '–' : percent(s.high, 0)]))) // prettier-ignore
    const head = ['compression', 'training', 'kind', 'level', 'steps', 'share', 'low', 'high']
    const caption = 'Percent of what sparse lost that is brought back; intervals are 95 %'
    return rows.length === 0 ? [] : ([{ caption, head, words: 4, rows }] satisfies DataTable[])
  },
}

interface Spot {
  readonly steps: number
  readonly share: number
  readonly low: number | null
  readonly high: number | null
}
interface Panel {
  readonly name: string
  /** What its trainings share. */
  readonly training: string
  readonly kind: string
  readonly lines: readonly { readonly label: string; readonly sparsity: number; readonly spots: readonly Spot[] }[]
}

const STEPS = /, (\d+) steps/

/** Trainings that differ in their steps alone, by what they share. */
function dosesOf(trainings: readonly string[]): Map<string, string[]> {
  const groups = groupBy(trainings.filter((name) => STEPS.test(name)), (name) => name.replace(STEPS, '')) // prettier-ignore
  return new Map([...groups].filter(([, members]) => new Set(members).size > 1))
}

function panelsOf({ trainings }: ChartData): Panel[] {
  const doses = dosesOf(trainings.map(({ view }) => view.training))
  const hasAble = trainings.some(({ recoveries }) => recoveries.some(({ of }) => of === 'able'))
  const rows = trainings.flatMap(({ recoveries }) => recoveries.filter(({ of }) => of === (hasAble ? 'able' : 'all')))
  return [...doses].flatMap(([shared, members]) => {
    const mine = rows.filter(({ training, share }) => members.includes(training) && share !== null)
    const panels = groupBy(mine, (r) => JSON.stringify([r.method, r.group, ofPattern(r.pattern), r.transfer]))
    return [...panels.values()].map((inside): Panel => {
      const { method, pattern, transfer } = inside[0]!
      const of = ofPattern(pattern)
      const levels = [...groupBy(inside, levelLabel)]
      return {
        name: `${method}${of === null ? '' : ` (N of ${of} kept)`}`,
        training: shared.split(', ').slice(0, 2).join(', '),
        kind: transfer,
        lines: levels.map(([label, at]) => ({ label, sparsity: at[0]!.sparsity, spots: [...groupBy(at, stepsOf)].map(([steps, seeds]) => spotOf(steps, seeds)).sort((a, b) => a.steps - b.steps) })), // prettier-ignore
      }
    })
  })
}

const stepsOf = ({ training }: RecoveryRow) => Number(STEPS.exec(training)![1])

function spotOf(steps: number, seeds: readonly RecoveryRow[]): Spot {
  const ends = (of: (r: RecoveryRow) => number | null) => seeds.flatMap((r) => of(r) ?? [])
  const [lows, highs] = [ends((r) => r.shareLow), ends((r) => r.shareHigh)]
  return {
    ...{ steps, share: meanOf(seeds.map(({ share }) => share))! },
    low: lows.length === 0 ? null : Math.min(...lows),
    high: highs.length === 0 ? null : Math.max(...highs),
  }
}

const wordsOf = ({ share, low, high }: Spot) =>
  `${percent(share, 0)} %${low === null || high === null ? '' : ` [${percent(low, 0)}, ${percent(high, 0)}]`} brought back`

/** Doublings at equal distances, marked where a training ended. */
function stepScale(steps: readonly number[]): Scale {
  const at = [...new Set(steps)].sort((a, b) => a - b).map(Math.log2)
  return { min: at[0]! - 0.3, max: at.at(-1)! + 0.3, ticks: at, label: (v) => whole(Math.round(2 ** v)) }
}

function heightScale(spots: readonly Spot[]): Scale {
  const half = (share: number, end: number | null) => (share + (end ?? share)) / 2
  const ends = spots.flatMap(({ share, low, high }) => [share, half(share, low), half(share, high)])
  return percentScale(Math.min(0, ...ends), Math.max(1.05, ...ends), 5)
}
