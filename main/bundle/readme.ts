import { plural, whole } from '../charts/words.ts'
import { countsOf, type Contents } from './contents.ts'

/** What one should know who opens a bundle by hand: what it is, what is where, how to have it again. */
export function readmeOf({ study, report, cells }: Contents): string {
  const { models, lab, command, tasks } = report.provenance
  const { planned, done, failed } = countsOf(cells)
  const named = models.map(({ name, weights }) => `  ${name}: weights with SHA-256 ${weights}`)
  return `${study.title}
${'='.repeat(Math.min(100, study.title.length))}

A study of Junk DNA Lab ${lab}: ${whole(done)} of ${plural(planned, 'cell')} done, ${whole(failed)} failed; ${plural(tasks.length, 'task')}.

To run it again, in a checkout of the lab:

  ${command || 'npm run lab -- run study.yaml'}

study.yaml says the same as the study file of that command. Paths in it are the last parts of what they
were: put models, data and tables beside it, or correct them. The models are

${named.join('\n')}

To look at it without the model: npm run lab -- open <this file>
To check it:                     npm run lab -- verify <this file>
To have it in your own store:    npm run lab -- import <this file>

What is where
  report.html        everything on one page; needs neither network nor scripts
  tables/            the tidy table, one row per cell and scorer, as CSV, Parquet and JSON
  items/             one row per cell and item: scores and log-likelihoods (where asked for)
  figures/           each figure as SVG and as TikZ with pgfplots, and its numbers as CSV
  latex/             tables for LaTeX (booktabs), and a document that shows all of them
  lm-eval/           results as lm-evaluation-harness writes them; samples with the items, up to 5,000 cells
  masks/             which weights were kept, one file per matrix (where asked for)
  study.yaml         the study file
  study.json cells.jsonl ledgers.jsonl   what an import reads
  manifest.json      the SHA-256 of each of these files, versions, where the numbers come from

pandas:  pandas.read_parquet("tables/results.parquet")
DuckDB:  SELECT task, sparsity, "drop" FROM 'tables/results.parquet'
`
}
