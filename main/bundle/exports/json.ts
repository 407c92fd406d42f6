import type { Export } from './export.ts'

/** All of a study's results: provenance, the tidy table, groups of tasks, trends, what training brought back, the ledger and what failed. */
export const json: Export = {
  id: 'json',
  label: 'JSON of everything: table, groups, trends, ledger, provenance',
  extension: 'json',
  file: 'results.json',
  write: ({ provenance, ...rest }) => `${JSON.stringify({ format: 'junk-dna-lab/results', version: 1, provenance, ...rest })}\n`,
}
