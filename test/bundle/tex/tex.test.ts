import { describe, expect, it } from 'vitest'
import { booktabs } from '../../../main/bundle/tex/booktabs.ts'
import { tableCsv } from '../../../main/bundle/tex/table-csv.ts'
import { tikzOf } from '../../../main/bundle/tex/tikz.ts'
import { texWords } from '../../../main/bundle/tex/words.ts'
import { chartData } from '../../../main/charts/chart.ts'
import { charts } from '../../../main/charts/index.ts'
import { errorBars, line, marks } from '../../../main/charts/marks.ts'
import { createPanels, sparsityScale } from '../../../main/charts/panels.ts'
import { makeAxisStudy, makeTransferStudy } from '../../make/conditions.ts'
import { makeStudy } from '../../make/rows.ts'

const table = {
  caption: 'Mean score; † at the floor',
  head: ['group', 'score', 'low', 'high', '50 %'],
  words: 1,
  rows: [['a_b & c', '−0.12', '–', '1,234.5', '12.3 †'], ['[x]', '3.2e−7', '0.1', '+2', '–']], // prettier-ignore
}

describe('words', () => {
  it('are set as they read, whatever is in them', () => {
    expect(texWords('50 % of $5 & #1_a {b} ~c^2 \\d')).toBe('50 \\% of \\textdollar{}5 \\& \\#1\\_a \\{b\\} \\textasciitilde{}c\\textasciicircum{}2 \\textbackslash{}d') // prettier-ignore
    expect(texWords('τ = −0.2, × 10⁶ → “x”')).toBe("$\\tau$ = $-$0.2, $\\times$ 10$^6$ $\\rightarrow$ ``x''")
    expect(texWords('−×\n\u0007')).toBe('$-\\times$ ?')
  })
})

describe('a table', () => {
  it('is CSV for programs: plain minus, no thousands, marks in a column of their own', () => {
    expect(tableCsv(table)).toBe('group,score,low,high,50 %,50 % note\r\na_b & c,-0.12,,1234.5,12.3,†\r\n[x],3.2e-7,0.1,2,,\r\n')
  })
  it('names two columns apart that have one name', () => {
    const twice = { ...table, head: ['group', 'score', 'low', 'share', 'low'], rows: [['a', '1', '2', '3', '4']] }
    expect(tableCsv(twice).split('\r\n')[0]).toBe('group,score,low,share,share low')
    const ends = { ...table, head: ['group', 'score', 'low', 'high', 'share', 'low', 'high'], rows: [] }
    expect(tableCsv(ends).split('\r\n')[0]).toBe('group,score,low,high,share,share low,share high')
  })
  // set by TeX once by hand, with the figures: see below
  it('is booktabs for LaTeX', () => {
    expect(booktabs(table, 'x')).toBe(`% needs booktabs
\\begin{table}
\\centering
\\caption{Mean score; $\\dagger$ at the floor}\\label{tab:x}
\\small\\setlength{\\tabcolsep}{4pt}
\\begin{tabular}{lrrrr}
\\toprule
group & score & low & high & 50 \\% \\\\
\\midrule
a\\_b \\& c & $-$0.12 & -- & 1,234.5 & 12.3 $\\dagger$ \\\\
{}[x] & 3.2e$-$7 & 0.1 & +2 & -- \\\\
\\bottomrule
\\end{tabular}
\\end{table}
`)
  })
  it('goes on over pages where it is long', () => {
    const long = booktabs({ ...table, rows: Array.from({ length: 41 }, () => table.rows[0]!) }, 'x')
    expect(long).toContain('\\begin{longtable}{lrrrr}')
    expect(long.match(/\\toprule/g)).toHaveLength(2)
    expect(long.match(/12\.3/g)).toHaveLength(41)
  })
})

// Six figures of a study, of this form, were set with TeX and pgfplots once by hand and looked at beside their SVG:
// npm install node-tikzjax@1.0.5; tex2svg('\\begin{document}' + tex + '\\end{document}', { texPackages: { pgfplots: '' } })
describe('a figure', () => {
  it('is axes that hold the data, and words where they stand', () => {
    const panels = createPanels()
    const y = {
      min: 1,
      max: 1000,
      ticks: [1, 10, 100, 1000, 1e4],
      isLog: true,
      label: (v: number) => (v >= 1000 ? '10³' : String(v)),
    }
    const panel = panels.add({ x: 40, y: 20, width: 200, height: 100 }, sparsityScale(), y, { x: true, y: false })
    const points = [{ at: [0.5, 20] as const, low: 10, high: 40, tip: 'a' }, { at: [0.6, 0] as const, low: null, high: null, tip: 'b', isHollow: true }] // prettier-ignore
    panels.draw(line(panel, [[0, 1], [0.5, 20]], { color: '#0072b2', type: 'dashed', width: 2 })) // prettier-ignore
    panels.draw(marks(panel, points, '#d55e00'), errorBars(panel, points, '#d55e00'))
    panels.write('50 % of dense', 8, 70, { turn: 90, align: 'center', bold: true })
    const tex = tikzOf({ id: 'f', title: 'A & B', about: '', width: 300, height: 160, option: panels.option() })
    expect(tex).toContain('\\useasboundingbox (0bp,0bp) rectangle (225bp,-120bp);')
    expect(tex).toContain('at={(30bp,-15bp)}, anchor=north west, scale only axis, width=150bp, height=75bp')
    expect(tex).toContain('xmin=0, xmax=1, ymin=1, ymax=1000, ymode=log,')
    expect(tex).toContain('xtick={0,0.25,0.5,0.75,1}, xticklabels={{0},{25},{50},{75},{100}}')
    // a mark beyond the axis is none; labels that are not shown are none
    expect(tex).toContain('ytick={1,10,100,1000}, yticklabels={}')
    expect(tex).toContain(
      '\\addplot[mark=none, draw=lab0072B2, line width=1.5bp, dash pattern=on 3bp off 2.25bp] coordinates {(0,1) (0.5,20)};',
    )
    // zero has no place on a logarithmic axis
    expect(tex).toContain('\\addplot[only marks, mark=*, mark size=2.25bp, mark options={draw=labD55E00, fill=labD55E00, line width=0.9bp}] coordinates {(0.5,20)};') // prettier-ignore
    expect(tex).toContain('\\path[draw=labD55E00, line width=0.9bp, opacity=0.55] (axis cs:0.5,10) -- (axis cs:0.5,40);')
    expect(tex).toContain('\\definecolor{labD55E00}{HTML}{D55E00}')
    expect(tex).toContain('\\bfseries, rotate=90] at (6bp,-52.5bp) {50 \\% of dense};')
  })
  it('of every chart there is can be written: no number is missing, and braces close', () => {
    const studies = [
      makeStudy({ groups: { a: ['one', 'two', 'three'], b: ['four'] }, seeds: [0, 1] }),
      makeAxisStudy(),
      makeTransferStudy(),
    ]
    const figures = studies.flatMap((study) =>
      chartData(study).flatMap((data) => charts.flatMap((chart) => chart.figure(data, 'v1') ?? [])),
    )
    expect(new Set(figures.map(({ id }) => id)).size).toBeGreaterThan(7)
    for (const figure of figures) {
      const tex = tikzOf(figure)
      expect([figure.id, /NaN|Infinity|undefined|null/.exec(tex)]).toEqual([figure.id, null])
      expect([figure.id, tex.replaceAll(/\\[{}]/g, '').split('{').length]).toEqual([
        figure.id,
        tex.replaceAll(/\\[{}]/g, '').split('}').length,
      ])
      const panels = (figure.option.grid as readonly unknown[] | undefined)?.length ?? 0
      expect([figure.id, tex.split('\\begin{axis}').length - 1]).toEqual([figure.id, panels])
    }
  })
  it('of something that TeX was not taught is refused, not left out', () => {
    const panels = createPanels()
    panels.place({ type: 'sector', shape: { cx: 1, cy: 1, r: 2 } } as never)
    expect(() => tikzOf({ id: 'f', title: '', about: '', width: 1, height: 1, option: panels.option() })).toThrow('got sector')
  })
})
