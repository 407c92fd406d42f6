import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { LabError } from '../base/errors.ts'

/** Where a program of Node may lie that is not this process: as LAB_NODE says, with a packaged app, among the packages. */
function places(): string[] {
  const { platform, arch, env } = process
  const { resourcesPath } = process as { readonly resourcesPath?: string }
  const file = platform === 'win32' ? 'node.exe' : join('bin', 'node')
  const packaged = join(
    import.meta.dirname,
    '..',
    '..',
    'node_modules',
    `node-${platform === 'win32' ? 'win' : platform}-${arch}`,
  )
  return [
    ...(env.LAB_NODE ? [env.LAB_NODE] : []),
    ...(resourcesPath ? [join(resourcesPath, 'node', file)] : []),
    join(packaged, 'bin', platform === 'win32' ? 'node.exe' : 'node'),
  ]
}

/**
 * The program that engines run in: this Node; in Electron, whose program is none (its fuse RunAsNode is off, and its allocator traps where the
 * runtime asks for much), the one that comes with the app. LabError 'engine/unavailable' where there is none.
 */
export function nodeProgram(isElectron = process.versions.electron !== undefined): string {
  if (!isElectron) return process.execPath
  const found = places().find((path) => existsSync(path))
  if (found) return found
  throw new LabError('engine/unavailable', `Expected a Node for the engine at ${places().join(' or ')}, found none.`)
}
