// The rules of the house as functions from sources to complaints; house.test.ts asks them of the house, and of deliberate breaks.
import { importsOf, type Import, type Source } from './sources.ts'

const ROOMS_BELOW_JOBS = 'base contract onnx models compress grad engine tasks score train stats store study charts bundle'.split(
  ' ',
)

/** Who may import whom: the rooms of main/, the contract, and the two files that stand outside the rooms. Types count too. */
export const ROOMS: Readonly<Record<string, readonly string[]>> = {
  contract: [],
  base: [],
  onnx: ['base'],
  models: ['base', 'onnx'],
  compress: ['base', 'onnx'],
  grad: ['base', 'onnx'],
  engine: ['base', 'onnx'],
  tasks: ['base'],
  score: ['base', 'tasks', 'engine'],
  train: ['base', 'onnx', 'models', 'compress', 'grad', 'engine', 'tasks'],
  stats: ['base'],
  store: ['base', 'contract'],
  study: ['base', 'tasks', 'compress', 'train', 'store'],
  // pure functions of the tidy table, for reports and windows alike
  charts: ['contract'],
  bundle: ['base', 'contract', 'charts', 'stats', 'study', 'store', 'score'],
  jobs: ROOMS_BELOW_JOBS,
  // where everything is constructed
  bench: [...ROOMS_BELOW_JOBS, 'jobs'],
  api: [...ROOMS_BELOW_JOBS, 'jobs', 'bench'],
  host: ['base', 'contract', 'store', 'jobs', 'bench', 'api'],
  index: ['api', 'host'],
}

/** Heavy packages, and the only places that may know them. A place that ends in "/" is a folder. */
export const DOORS: Readonly<Record<string, readonly string[]>> = {
  electron: ['main/host/electron.ts', 'preload/bridge.ts', 'test/host/electron.test.ts'],
  'onnxruntime-node': ['main/engine/ort.ts', 'test/'],
  'better-sqlite3': ['main/store/open.ts', 'test/'],
  yazl: ['main/bundle/archive/zip.ts'],
  yauzl: ['main/bundle/archive/unzip.ts'],
  pdfkit: ['main/bundle/pdf.ts'],
  'hyparquet-writer': ['main/bundle/archive/parquet.ts', 'test/'],
  echarts: ['main/charts/option.ts', 'main/bundle/svg.ts', 'renderer/parts/Chart.vue'],
  '@huggingface/tokenizers': ['main/models/tokenizer.ts'],
  'playwright-core': ['test/'],
  '@sparticuz/chromium': ['test/'],
  vite: ['electron.vite.config.ts', 'main/host/dev.ts', 'test/'],
  'electron-vite': ['electron.vite.config.ts', 'main/host/dev.ts'],
  typescript: ['test/'],
}

/** Lines of a file: design.md's smell is at 300; this is where it stops being a matter of taste. */
export const LONGEST = 400

/** The room a file belongs to; undefined for files outside main/ and the contract. */
export function roomOf(path: string): string | undefined {
  if (path === 'preload/contract.ts') return 'contract'
  return /^main\/(?:([^/]+)\/|(bench|index)\.ts$)/.exec(path)?.slice(1).find(Boolean)
}

const all = (sources: readonly Source[]) => sources.flatMap(importsOf)
const say = ({ from, written }: Import, why: string) => `${from} imports "${written}": ${why}`

/** Each room imports only from the rooms before it. */
export function layers(sources: readonly Source[]): string[] {
  return all(sources).flatMap((i) => {
    const from = roomOf(i.from)
    if (from === undefined || !i.isOurs) return []
    if (!Object.hasOwn(ROOMS, from)) return [say(i, `there is no room "${from}"`)]
    const to = roomOf(i.target)
    if (to === from) return []
    if (to === undefined) return [say(i, 'it lies outside the house')]
    return ROOMS[from]!.includes(to) ? [] : [say(i, `${from} may import ${ROOMS[from]!.join(', ') || 'nothing'}`)]
  })
}

/** Heavy packages are known in one place. */
export function doors(sources: readonly Source[]): string[] {
  return all(sources).flatMap((i) => {
    const open = i.isOurs || !Object.hasOwn(DOORS, i.target) ? undefined : DOORS[i.target]!
    if (!open || open.some((place) => (place.endsWith('/') ? i.from.startsWith(place) : i.from === place))) return []
    return [say(i, `the door of ${i.target} is ${open.join(', ')}`)]
  })
}

/** The contract imports nothing; the bridge only it and electron; the renderer it, and of main/ the charts alone. */
export function window(sources: readonly Source[]): string[] {
  return all(sources).flatMap((i) => {
    if (i.from === 'preload/contract.ts') return [say(i, 'the contract imports nothing')]
    if (i.from.startsWith('preload/') && i.target !== 'preload/contract.ts' && i.target !== 'electron')
      return [say(i, 'the bridge knows the contract and electron')]
    if (!i.from.startsWith('renderer/')) return []
    if (i.isOurs)
      return /^renderer\/|^preload\/contract\.ts$|^main\/charts\//.test(i.target)
        ? []
        : [say(i, 'the renderer knows the contract and the charts')]
    return i.target.startsWith('node:') ? [say(i, 'the renderer knows no node')] : []
  })
}

/** Node runs the source as it is, so an import names the file. */
export function endings(sources: readonly Source[]): string[] {
  return all(sources).flatMap((i) =>
    !i.isOurs || /\.(ts|vue|css|json)$/.test(i.written) ? [] : [say(i, 'name the file, .ts and all')],
  )
}

/** What runs needs only what is installed to run: `known` are the dependencies of package.json. */
export function packages(sources: readonly Source[], known: readonly string[]): string[] {
  return all(sources).flatMap((i) => {
    if (i.isOurs || !i.from.startsWith('main/') || i.target.startsWith('node:')) return []
    if (known.includes(i.target) || Object.hasOwn(DOORS, i.target)) return [] // doors() has its say on those
    return [say(i, 'it is not among the dependencies of package.json')]
  })
}

/** No way back between rooms: a cycle as the rooms it goes through. */
export function cycles(sources: readonly Source[]): string[] {
  const next = new Map<string, Set<string>>()
  for (const { from, target, isOurs } of all(sources)) {
    const [a, b] = [roomOf(from), isOurs ? roomOf(target) : undefined]
    if (a === undefined || b === undefined || a === b) continue
    next.set(a, (next.get(a) ?? new Set()).add(b))
  }
  const found: string[] = []
  const done = new Set<string>()
  const walk = (room: string, path: readonly string[]): void => {
    if (path.includes(room)) found.push([...path.slice(path.indexOf(room)), room].join(' → '))
    if (path.includes(room) || done.has(room)) return
    for (const other of next.get(room) ?? []) walk(other, [...path, room])
    done.add(room)
  }
  for (const room of next.keys()) walk(room, [])
  return found
}

/** Chance comes from base/rng.ts and time from the bench, or a run could not be run again. */
export function chance(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path, text }) => {
    if (!path.startsWith('main/')) return []
    const words =
      path === 'main/bench.ts' || path.startsWith('main/host/') ? ['Math.random('] : ['Math.random(', 'Date.now(', 'new Date()']
    return words.filter((word) => text.includes(word)).map((word) => `${path} says ${word}…`)
  })
}

/** Nothing is exported without a name. */
export function names(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path, text }) =>
    /^(main|preload|renderer)\//.test(path) && /^export default\b/m.test(text) ? [`${path} has a default export`] : [],
  )
}

/** Files one can read in a sitting. */
export function sizes(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path, text }) => {
    const lines = text.split('\n').length - 1
    return lines > LONGEST && path.startsWith('main/') ? [`${path} has ${lines} lines, more than ${LONGEST}`] : []
  })
}

/** A list and the folder of its members: each member has a file of its name that exports that name, and each such file is listed. */
export function leaves(ids: readonly string[], folder: string, sources: readonly Source[]): string[] {
  const inside = new RegExp(`^${folder}/([^/]+)\\.ts$`)
  const files = new Map(sources.flatMap(({ path, text }) => (inside.test(path) ? [[inside.exec(path)![1]!, text]] : [])))
  const missing = ids.flatMap((id) => {
    const text = files.get(id)
    if (text === undefined) return [`${folder}/${id}.ts is missing, though "${id}" is listed`]
    return exportsItself(id, text) ? [] : [`${folder}/${id}.ts exports no ${nameOf(id)}`]
  })
  const extra = [...files].filter(([id, text]) => !ids.includes(id) && exportsItself(id, text))
  return [...missing, ...extra.map(([id]) => `${folder}/${id}.ts is not listed`)]
}

function nameOf(id: string): string {
  return id.replace(/[-_.](.)/g, (_, letter: string) => letter.toUpperCase())
}

function exportsItself(id: string, text: string): boolean {
  // a word that the language keeps for itself, such as "export", needs another after it
  return new RegExp(`^export const ${nameOf(id)}(Command)?\\b`, 'm').test(text)
}
