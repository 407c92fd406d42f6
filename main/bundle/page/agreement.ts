import type { AgreementRow } from '../../charts/input.ts'
import { groupBy } from '../../charts/view.ts'
import { pValue, plural, signed } from '../../charts/words.ts'
import { markup, type Html } from './html.ts'

/** Tau between each two measures of difficulty, a table for all tasks and one for each axis. Null where there is none. */
export function agreementTable(rows: readonly AgreementRow[]): Html | null {
  if (rows.length === 0) return null
  const isMany = new Set(rows.map(({ model, scorer, training }) => JSON.stringify([model, scorer, training]))).size > 1
  const blocks = [
    ...groupBy(rows, ({ model, scorer, training, over }) => JSON.stringify([model, scorer, training, over])).values(),
  ]
  const tables = blocks.map((members) => {
    const { model, scorer, training, over } = members[0]!
    const where = isMany ? `, ${[model, scorer, training].filter(Boolean).join(', ')}` : ''
    const lines = members.map(({ a, b, tau, p, tasks }) => {
      const is = tau === null ? '–' : `${signed(tau, 2)}${p === null ? '' : `, ${pValue(p)}`}`
      return markup`<tr><td class="w">${a}</td><td class="w">${b}</td><td>${is} <small>${tasks}</small></td></tr>\n`
    })
    const title = over === 'tasks' ? `Over ${plural(Math.max(...members.map(({ tasks }) => tasks)), 'task')}` : over
    return markup`<tbody><tr><th class="w" colspan="3">${title}${where}</th></tr>\n${lines}</tbody>\n`
  })
  const head = markup`<tr><th class="w">measure</th><th class="w">and measure</th><th>τ</th></tr>`
  return markup`<div class="open"><table class="glance"><thead>${head}</thead>\n${tables}</table></div>\n<p class="about">${WORDS}</p>\n`
}

const WORDS =
  'Kendall’s tau-b between two measures of difficulty (in small letters: over how many tasks or levels). What was declared stood in the study file before anything ran; ' +
  'error and loss of the uncompressed model (loss: bits per byte of the right answers) and the mean drop over all levels of compression but random ones were measured. ' +
  'Error, loss and gap come from the very answers that the drop is taken from: their noise pulls tau with the drop below zero, so that a tau above zero there is more than noise and one below may be nothing else. ' +
  'Item response is fitted over the compressed models themselves, so that it cannot be held against their drop as if it were independent.'
