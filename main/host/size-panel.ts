import { megabytes, type SizePanel } from '../jobs/size/panel.ts'
import { READ, ROUNDS, type Speed } from '../jobs/size/speed.ts'
import { columns, count, type Console } from './console.ts'

/** The panel as a table and sentences. */
export function printSizePanel(console: Console, { device, rows, sentences }: SizePanel): void {
  const head = ['model', 'stored as', 'zeros', 'dense', 'at best', 'safetensors', 'ONNX', 'reads tokens/s', 'writes tokens/s']
  const lines = rows.map((row) => [
    row.name,
    row.form === 'coded' ? 'ONNX codes' : 'numbers',
    `${(100 * row.sparsity).toFixed(1)} %`,
    megabytes(row.denseBytes),
    megabytes(row.leastBytes),
    row.form === 'coded' ? '–' : megabytes(row.tensorBytes),
    row.onnxBytes === null ? '–' : megabytes(row.onnxBytes),
    speedText(row.reading),
    speedText(row.writing),
  ])
  console.print(columns([head, ...lines]))
  const how = `Speeds: median of ${ROUNDS} rounds (slowest–fastest), ${READ} tokens at once and one by one, on ${device.name}, ${device.threads} threads.`
  console.print(console.dim(how))
  for (const sentence of sentences) console.print(sentence)
}

function speedText({ median, low, high }: Speed): string {
  const text = (x: number) => count(x < 100 ? Number(x.toFixed(1)) : Math.round(x))
  return `${text(median)} (${text(low)}–${text(high)})`
}
