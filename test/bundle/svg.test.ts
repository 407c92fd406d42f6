import { describe, expect, it } from 'vitest'
import { createPanels, niceScale } from '../../main/charts/panels.ts'
import { marks } from '../../main/charts/marks.ts'
import { renderSvg } from '../../main/bundle/svg.ts'
import { escapeText } from '../../main/charts/svg.ts'
import type { Figure } from '../../main/charts/option.ts'
import { unbalanced } from '../make/markup.ts'

const HOSTILE = `</text></svg><script>alert("1")</script> & 'x' \u0007 {a|b} ]]>`

function figure(name: string): Figure {
  const panels = createPanels()
  const scale = { ...niceScale(0, 10, 4), label: (v: number) => `${name} ${v}` }
  const panel = panels.add({ x: 40, y: 10, width: 200, height: 100 }, scale, scale, { x: true, y: true })
  panels.draw(marks(panel, [{ at: [3, 4], low: null, high: null, tip: name }], '#0072b2'))
  panels.write(name, 10, 140)
  return { id: 'f', title: name, about: name, width: 260, height: 160, option: panels.option() }
}

describe('a figure as SVG', () => {
  it('is the same bytes each time, however many came before it', () => {
    const first = renderSvg(figure('a'))
    for (let i = 0; i < 5; i++) renderSvg(figure(`other ${i}`))
    expect(renderSvg(figure('a'))).toBe(first)
  })
  it('lets no name become markup', () => {
    const svg = renderSvg(figure(HOSTILE))
    expect(svg).not.toMatch(/<script|alert\("/)
    expect(unbalanced(svg)).toEqual([])
    expect(svg).not.toContain('\u0007')
  })
  it('is titled, described and scales with the page', () => {
    const svg = renderSvg(figure('drop & rise'))
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="260" height="160" viewBox="0 0 260 160" role="img"/)
    expect(svg).toContain('<title id="f-title">drop &#38; rise</title><desc id="f-desc">drop &#38; rise</desc>')
  })
  it('tells what a mark is when one points at it', () => {
    expect(renderSvg(figure('task one: 3'))).toMatch(/<path [^>]*><title>task one: 3<\/title><\/path>/)
  })
  it('holds no traces of the page that the library thinks it is on', () => {
    expect(renderSvg(figure('a'))).not.toMatch(/zr\d|ecmeta|class=|<style|font-family:/)
  })
  it('escapes what is not XML at all', () => {
    expect(escapeText('<a href="x">\u0000\ufffe&\'')).toBe('&#60;a href=&#34;x&#34;&#62;\ufffd\ufffd&#38;&#39;')
  })
})
