import { existsSync, readFileSync } from 'node:fs'
import { release } from 'node:os'
import { join } from 'node:path'
import type { About } from '../../preload/contract.ts'
import { manifestOf, readLicences } from './licences.ts'
import { sqliteVersion } from '../store/open.ts'

const ROOT = join(import.meta.dirname, '..', '..')

let found: Omit<About, 'version' | 'home'> | undefined

/** What the lab runs on, and the licence of everything that comes with it. */
export function aboutLab(): Omit<About, 'version' | 'home'> {
  return (found ??= {
    versions: {
      node: process.versions.node,
      ort: manifestOf('onnxruntime-node', ROOT)?.version ?? 'none',
      sqlite: sqliteVersion(),
      electron: process.versions.electron ?? null,
    },
    system: `${process.platform} ${process.arch}, ${release()}`,
    licences: licences(),
  })
}

/** Written down when the app was built, for it leaves most of these packages behind; else read from where they are. */
function licences(): About['licences'] {
  const written = join(ROOT, 'out', 'licences.json')
  const isBuilt = !import.meta.url.endsWith('.ts') && existsSync(written)
  return isBuilt ? (JSON.parse(readFileSync(written, 'utf8')) as About['licences']) : readLicences(ROOT)
}
