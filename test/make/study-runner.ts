// Runs a study file in a home and prints the fingerprint of each cell once it is on record: what a killed lab had promised.
import { openBench, runStudy } from '../../main/bench.ts'

const [home, file] = process.argv.slice(2)
const bench = openBench({ home, readOnly: false })
const { store } = bench
const { finish } = store.cells
Object.assign(store.cells, {
  finish(...args: Parameters<typeof finish>) {
    finish(...args)
    process.stdout.write(`${args[0].fingerprint}\n`)
  },
})
await runStudy(bench, file!, { signal: new AbortController().signal, onProgress: () => {} })
bench.close()
