// `npm run test:electron`: the tests that need Electron's own program; where it cannot be started, says why and fails.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { electronHere } from './make/electron.ts'

const root = join(import.meta.dirname, '..')
const { why } = electronHere()
if (why !== null) {
  console.error(`Nothing of Electron was tested: ${why}.`)
  process.exitCode = 1
} else {
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const { status } = spawnSync(process.execPath, [vitest, 'run', 'test/app/electron.test.ts'], { cwd: root, stdio: 'inherit' })
  process.exitCode = status ?? 1
}
