import { resolve } from 'node:path'
import { LabError } from '../../base/errors.ts'
import type { Call, Command, Result } from '../command.ts'
import { columns, count } from '../console.ts'

export const models: Command = {
  id: 'models',
  words: 'show <folder>',
  about:
    'What a model folder holds, and the matrices that compression works on.\n' +
    'Without a folder: the architectures that can be read.',
  flags: [{ name: 'hash', about: 'also the content hash of the weights (reads all of them)' }],
  async run(call) {
    const [verb, folder, ...more] = call.words
    if (verb === undefined) return listArchitectures(call)
    if (verb !== 'show' || folder === undefined || more.length > 0) {
      throw new LabError('cli/usage', `Expected "models show <folder>", got "models ${call.words.join(' ')}".`)
    }
    return show(call, folder)
  },
}

async function listArchitectures({ console, ask }: Call): Promise<Result> {
  const rows = await ask('models.architectures', null)
  console.print(columns([['architecture', 'family'], ...rows.map(({ id, label }) => [id, label])]))
  return { json: rows }
}

async function show({ console, ask, flags, folder: base }: Call, folder: string): Promise<Result> {
  const facts = await ask('models.show', { folder: resolve(base, folder), withHash: flags.has('hash') })
  const { config, hashes, matrices, ...rest } = facts
  const lines = Object.entries({ ...rest, ...config, ...prefixed(hashes) }).filter(([, value]) => value !== null)
  for (const [name, value] of lines) {
    console.print(`${console.dim(name.padEnd(18))} ${Number.isInteger(value) ? count(value as number) : String(value)}`)
  }
  const rows = matrices.map((m) => [m.name, String(m.out), String(m.in)])
  console.print(`\n${console.bold('Compressible matrices')} (rows are outputs)\n${columns([['matrix', 'out', 'in'], ...rows])}`)
  return { json: facts }
}

function prefixed(hashes: Readonly<Record<string, string | null>>): Record<string, string | null> {
  return Object.fromEntries(Object.entries(hashes).map(([name, hash]) => [`${name} hash`, hash]))
}
