import { bundles, settings } from './words/bundles.ts'
import { columns, madeColumns } from './words/columns.ts'
import { design } from './words/design.ts'
import { compare, items } from './words/items.ts'
import { library } from './words/library.ts'
import { results } from './words/results.ts'
import { run } from './words/run.ts'
import { shell, welcome } from './words/shell.ts'

/** Every sentence of the window, in one language; another language is another object of this shape. */
export const words = { ...shell, columns, madeColumns, welcome, results, design, run, library, items, compare, bundles, settings }
