import { describe, expect, it } from 'vitest'
import { columns, createConsole, progressLine } from '../../main/host/console.ts'

const step = {
  study: 'x',
  done: 412,
  total: 1809,
  label: 'tiny · magnitude 0.3 model · wh_island',
  etaMs: 125_000,
  tokensPerSecond: 98_123.4,
}

function open(options: { isTTY?: boolean; isJson?: boolean; hasColour?: boolean }) {
  let out = ''
  let err = ''
  let ms = 0
  const stream = (isTTY: boolean | undefined, take: (text: string) => void) => ({
    isTTY: isTTY === true,
    columns: 80,
    write: take,
  })
  const console = createConsole(
    stream(options.isTTY, (text) => void (out += text)),
    stream(options.isTTY, (text) => void (err += text)),
    { isJson: options.isJson ?? false, hasColour: options.hasColour ?? false },
    () => ms,
  )
  return { console, out: () => out, err: () => err, wait: (more: number) => void (ms += more) }
}

describe('progress', () => {
  it('is one line: how far, how long still, how fast, at what', () => {
    const line = progressLine(step, 200)
    expect(line).toBe(
      '▕█████               ▏ 412 of 1,809  22 %  2 min 5 s left  98,123 tokens/s  tiny · magnitude 0.3 model · wh_island',
    )
    expect(progressLine(step, 60)).toHaveLength(60)
    expect(progressLine({ ...step, etaMs: null, tokensPerSecond: null }, 200)).not.toMatch(/left|tokens/)
  })
  it('moves on a terminal, at most ten times a second, and is gone before anything else is printed', () => {
    const { console, out, err, wait } = open({ isTTY: true })
    console.step(step)
    console.step(step)
    wait(100)
    console.step(step)
    expect(err().split('\r').length - 1).toBe(2)
    console.print('table')
    expect(err().endsWith('\r\u001b[2K')).toBe(true)
    expect(out()).toBe('table\n')
  })
  it('is JSON lines elsewhere, one in two seconds and the last one always', () => {
    const { console, err, wait } = open({})
    console.step(step)
    wait(1000)
    console.step(step)
    console.step({ ...step, done: 1809 })
    const lines = err()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { progress: { done: number } })
    expect(lines.map(({ progress }) => progress.done)).toEqual([412, 1809])
  })
})

describe('printing', () => {
  it('is for people: under --json only notes are heard, as JSON on stderr', () => {
    const { console, out, err } = open({ isJson: true })
    console.print('table')
    console.note('beware')
    expect([out(), err()]).toEqual(['', '{"note":"beware"}\n'])
  })
  it('has colour only where it was asked for', () => {
    expect(open({ hasColour: true }).console.bold('x')).toBe('\u001b[1mx\u001b[22m')
    expect(open({}).console.bold('x')).toBe('x')
  })
  it('puts numbers to the right and words to the left', () => {
    expect(columns([['name', 'cells', 'share'], ['a', '1,809', '3 %'], ['long', '2', '−10 %']])).toBe(
      'name  cells  share\na     1,809    3 %\nlong      2  −10 %',
    ) // prettier-ignore
  })
})
