// Compresses a model and prints each layer that is done: what a killed lab had reached.
import { runCompress, type CompressOptions } from '../../main/jobs/compress/run.ts'

const options = JSON.parse(process.argv[2]!) as Pick<CompressOptions, 'model' | 'out' | 'given' | 'home'>
await runCompress({
  ...options,
  threads: 1,
  signal: new AbortController().signal,
  onPlan: () => {},
  onEstimate: () => {},
  onProgress: ({ done }) => process.stdout.write(`${done}\n`),
})
