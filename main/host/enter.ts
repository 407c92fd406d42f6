// `npm run lab` and `npm start`: the program named ("cli" or "start"), as it was bundled with the window where nothing has changed since,
// which loads in a third of the time; else as source.
import { join } from 'node:path'
import { isBuilt, ROOT } from './build.ts'

const [program, ...rest] = process.argv.slice(2)
const file = isBuilt() ? join(ROOT, 'out', 'main', `${program}.js`) : join(import.meta.dirname, `${program}.ts`)
process.argv.splice(1, Infinity, file, ...rest) // it finds itself called as if there were no entry before it
await import(file)
