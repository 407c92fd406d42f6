import type { ChartData } from '../../charts/chart.ts'
import { levelRows, signOf, type TrendMark } from '../../charts/levels.ts'
import { pValue, plural, signed } from '../../charts/words.ts'
import { markup, type Html } from './html.ts'

/** Tau over the levels of each family, a column each, at every level of compression. Null where there is none. */
export function axesTable(data: ChartData): Html | null {
  const { view, axisTrends } = data
  if (axisTrends.every((t) => t.tau === null)) return null
  const rows = levelRows(data)
  const head = view.families.map(({ name, levels }) => markup`<th>${name}<br><span class="no">${plural(levels.length, 'level')}</span></th>`) // prettier-ignore
  const blocks = view.series.map((series) => {
    const mine = rows.filter((row) => row.series === series)
    const lines = mine.map(({ level, axes }) => {
      const cells = view.families.map(({ name }) => tauCell(axes.find((t) => t.estimator === name)))
      return markup`<tr><td class="w">${level.label}${series.of === null ? '' : ' kept'}</td>${cells}</tr>\n`
    })
    return markup`<tbody><tr><th class="w" colspan="${view.families.length + 1}">${series.label}</th></tr>\n${lines}</tbody>\n`
  })
  const table = markup`<table class="glance"><thead><tr><th class="w">level</th>${head}</tr></thead>\n${blocks}</table>`
  return markup`<div class="open">${table}</div>\n<p class="about">${WORDS}</p>\n`
}

const WORDS =
  'Kendall’s tau-b between the level of difficulty and the drop, over those levels of a family that are not at the floor (in small letters: how many); above zero, harder levels lose more. ' +
  'Brackets: 95 % intervals, bootstrap over levels, from five levels on; below that, p alone. Bold: the interval leaves zero out; grey: it does not.'

function tauCell(mark: TrendMark | undefined): Html {
  if (!mark || mark.tau === null) return markup`<td class="no">–</td>`
  const p = mark.p === null ? plural(mark.seeds, 'seed') : pValue(mark.p)
  const span = mark.low === null ? p : `[${signed(mark.low, 2)}, ${signed(mark.high, 2)}]`
  return markup`<td class="${signOf(mark) === 0 ? 'no' : 'sure'}">${signed(mark.tau, 2)} ${span} <small>${mark.tasks}</small></td>`
}
