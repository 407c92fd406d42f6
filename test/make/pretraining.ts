// Follows a recipe and prints each step: what a killed lab had reached.
import { runPretrain } from '../../main/jobs/pretrain/run.ts'

const [file, out] = process.argv.slice(2)
await runPretrain(file!, {
  out: out!,
  threads: 1,
  signal: new AbortController().signal,
  onProgress: ({ step }) => process.stdout.write(`${step}\n`),
})
