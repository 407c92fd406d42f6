import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import ts from 'typescript'

/** A source file; `path` from the root of the project, with forward slashes. */
export interface Source {
  readonly path: string
  readonly text: string
}

/** One import as written, and where it leads: a path from the root for our own files, else the name of a package. */
export interface Import {
  readonly from: string
  readonly written: string
  readonly target: string
  readonly isOurs: boolean
}

/** Every file below the folders named whose name ends in one of `endings`. */
export function readSources(root: string, folders: readonly string[], endings = ['.ts', '.vue']): Source[] {
  return folders
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)))
    .filter((path) => endings.some((ending) => path.endsWith(ending)))
    .map((path) => ({ path: path.replaceAll('\\', '/'), text: readFileSync(join(root, path), 'utf8') }))
    .sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** All imports of a file: static, dynamic, re-exports, and those of types alone. */
export function importsOf({ path, text }: Source): Import[] {
  const code = path.endsWith('.vue') ? scriptsOf(text) : text
  const { importedFiles } = ts.preProcessFile(code, true, true)
  return importedFiles.map(({ fileName }) => {
    const isOurs = fileName.startsWith('.')
    const target = isOurs ? posix.normalize(posix.join(posix.dirname(path), fileName)) : packageOf(fileName)
    return { from: path, written: fileName, target, isOurs }
  })
}

function scriptsOf(vue: string): string {
  return [...vue.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map(([, code]) => code).join('\n')
}

/** "@scope/name/sub" → "@scope/name"; "node:fs" stays. */
function packageOf(written: string): string {
  const parts = written.split('/')
  return written.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0]!
}
