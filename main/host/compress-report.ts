import type { CompressionNote } from '../jobs/compress/note.ts'
import { layerRows } from '../jobs/compress/layers.ts'
import type { PreparedCompression } from '../jobs/compress/prepare.ts'
import type { Deviation } from '../jobs/compress/reopen.ts'
import { duration } from '../base/text.ts'
import { columns, count, type Console } from './console.ts'

/** "2.6 MB": bytes as one says them, in powers of ten. */
export function bytes(n: number): string {
  const unit = ['B', 'kB', 'MB', 'GB', 'TB']
  const step = Math.min(unit.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(n, 1)) / 3)))
  const value = n / 1000 ** step
  return `${step === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${unit[step]}`
}

/** What is about to be done, on stderr: the result alone is stdout's. */
export function showPlan(
  console: Console,
  plan: Pick<PreparedCompression, 'label' | 'model' | 'record' | 'layers' | 'notes' | 'text'>,
): void {
  const { label, model, record, layers, notes, text } = plan
  const { calibration } = record
  const from = calibration
    ? `, ${text ?? 'text'}: ${calibration.samples} × ${calibration.length} tokens, ${calibration.order}`
    : ''
  console.note(`${model.name}: ${label}${from}`)
  for (const [layer, params] of Object.entries(layers)) console.note(`  ${layer}: ${JSON.stringify(params)}`)
  for (const note of notes) console.note(`  ${note}`)
}

/** What became of it: layers, totals, what came of reading it back, estimate and truth. */
export function showOutcome(console: Console, note: CompressionNote): void {
  const { ledger, totals, reopened, onnx, notes, estimate, spent } = note
  console.print(columns([HEAD, ...layerRows(ledger).map((row) => [row.layer, count(row.weights), ...numbers(row)])]))
  const { weights, zeros } = totals
  console.print(`\n${count(zeros)} of ${count(weights)} weights are 0 (${percent(totals.sparsity)}).`)
  if (reopened) {
    console.print(
      `Read back: every number as it was compressed; logits of ${reopened.tokens} tokens ${apart(reopened.deviation)} from those in memory,\n` +
        `${apart(reopened.fromRounding)} from before rounding, ${apart(reopened.fromDense)} from the uncompressed model.`,
    )
  }
  if (onnx) {
    const coded = onnx.matrices.filter(({ bits }) => bits !== 32).length
    const plain = onnx.matrices.find(({ note: why }) => why !== null)?.note
    console.print(
      `ONNX: ${bytes(onnx.bytes)}, ${coded} of ${onnx.matrices.length} matrices in codes${plain ? ` (${plain})` : ''}; logits ${apart(onnx.deviation)} from those of the weights.`,
    )
  }
  for (const said of notes) console.print(`Note: ${said}`)
  const memory =
    spent.peakBytes === null ? `${bytes(spent.labBytes)} of memory beside the engine` : `${bytes(spent.peakBytes)} of memory`
  const before = spent.layersBefore > 0 ? `, ${spent.layersBefore} layers done before` : ''
  console.print(
    console.dim(
      `Took ${duration(1000 * spent.seconds)} and ${memory}${before}; estimated ${duration(1000 * estimate.seconds)} and ${bytes(estimate.peakBytes)}.`,
    ),
  )
}

const HEAD = ['layer', 'weights', 'sparsity', 'bits', 'pattern kept', 'output error']

function numbers({ sparsity, effectiveBits, conformity, outputError }: ReturnType<typeof layerRows>[number]): string[] {
  const pattern = conformity === null ? '' : percent(conformity)
  return [percent(sparsity), effectiveBits.toFixed(2), pattern, outputError === null ? '' : outputError.toPrecision(3)]
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`
}

function apart({ max, mean }: Deviation): string {
  return max === 0 ? '0 apart' : `${mean.toPrecision(2)} (at most ${max.toPrecision(2)})`
}
