import { plural } from '../../charts/words.ts'
import type { Tallies, Tally } from '../tally.ts'
import { markup, type Html } from './html.ts'

/** Studies by hypotheses with counts of verdicts. `hrefs` by line: where its name and, by hypothesis, its cells lead. */
export function tallyTable(
  { hypotheses, lines }: Tallies,
  hrefs: readonly { readonly name: string; cell(hypothesis: string): string }[],
): Html {
  const head = hypotheses.map((h) => markup`<th><a href="#rule-${h}">${h}</a></th>`)
  const body = lines.map(({ name, cells, controls }, i) => {
    const { name: to, cell } = hrefs[i]!
    const inside = hypotheses.map((h, j) => tallyCell(cells[j]!, controls[j]!, cell(h)))
    return markup`<tr><th class="w" scope="row"><a href="#${to}">${name}</a></th>${inside}</tr>\n`
  })
  return markup`<div class="open"><table class="glance wide tally"><thead><tr><th class="w">experiment</th>${head}</tr></thead><tbody>\n${body}</tbody></table></div>\n<p class="about">${WORDS}</p>\n`
}

const WORDS =
  'a/b/c: in a scopes (a way of compression and what it was asked of) the hypothesis is supported, in b it is not, c are inconclusive; ' +
  'the bar shows the same shares, supported first. † in all scopes that support it a control, such as random pruning, shows it as well: it is not specific to small weights. ' +
  'Small: the same of the controls themselves. Quantisation by itself is not counted. A hypothesis leads to its rule, a cell to the reasons.'

function tallyCell(mine: Tally | null, controls: Tally | null, to: string): Html {
  const small = controls === null ? null : markup`<small>controls ${counts(controls)}</small>`
  if (mine === null) return markup`<td class="no">–${small}</td>`
  const all = mine.supported + mine.notSupported + mine.open
  const share = (n: number, kind: string) => (n === 0 ? null : markup`<i class="${kind}" style="width:${((100 * n) / all).toFixed(1)}%"></i>`) // prettier-ignore
  const bar = [share(mine.supported, 'yes'), share(mine.notSupported, 'not'), share(mine.open, 'undecided')]
  const words = `${plural(mine.supported, 'scope')} supported${mine.isUnspecific ? ', by a control as well' : ''}, ${mine.notSupported} not supported, ${mine.open} inconclusive` // prettier-ignore
  return markup`<td><a href="#${to}" title="${words}"><span class="share" aria-hidden="true">${bar}</span>${counts(mine)}</a>${small}</td>`
}

const counts = ({ supported, notSupported, open, isUnspecific }: Tally) =>
  markup`${supported}${isUnspecific ? '†' : ''}/${notSupported}/${open}`
