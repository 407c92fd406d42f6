// `npm test`: types, lint, format, then every test; closes with one plain line of counts.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const results = join(root, '.vitest', 'results.json')
let passed = 0
let failed = 0

/** Runs a tool of node_modules under this Node; true when it exits 0. */
function runTool(label: string, file: string, ...args: string[]): boolean {
  const began = performance.now()
  const { status } = spawnSync(process.execPath, [join(root, 'node_modules', file), ...args], { cwd: root, stdio: 'inherit' })
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${label} (${((performance.now() - began) / 1000).toFixed(1)} s)`)
  return status === 0
}

const checks: [string, string, ...string[]][] = [
  ['types: main, preload, tests', 'typescript/bin/tsc', '-p', 'tsconfig.node.json'],
  ['types: renderer', 'vue-tsc/bin/vue-tsc.js', '-p', 'tsconfig.web.json'],
  ['lint', 'eslint/bin/eslint.js', '.', '--max-warnings=0'],
  ['format', 'prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.'],
]
for (const [label, file, ...args] of checks) {
  if (runTool(label, file, ...args)) passed++
  else failed++
}

rmSync(results, { force: true })
const isGreen = runTool('tests', 'vitest/vitest.mjs', 'run', ...process.argv.slice(2))
if (existsSync(results)) {
  const report = JSON.parse(readFileSync(results, 'utf8')) as {
    numPassedTests: number
    numFailedTests: number
    numPendingTests: number
  }
  passed += report.numPassedTests
  // a suite that fails to load has no failed test of its own, yet it must count
  failed += Math.max(report.numFailedTests, isGreen ? 0 : 1)
  console.log(`${passed} passed, ${failed} failed, ${report.numPendingTests} skipped`)
} else {
  console.log(`${passed} passed, ${failed + 1} failed`)
}
process.exit(failed === 0 && isGreen ? 0 : 1)
