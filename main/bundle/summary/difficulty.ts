import type { ReportInput, Unmeasured } from '../../charts/input.ts'
import { list, plural } from '../../charts/words.ts'

/** What one must know of measures of difficulty that were taken from the answers whose loss they are held against. */
export function difficultyCautions({ trends, unmeasured = [] }: ReportInput): string[] {
  const names = [...new Set(trends.map(({ estimator }) => estimator))]
  const ofScore = names.filter((name) => /^(human-gap|dense-error)( \d+)?$/.test(name))
  const ofLoss = names.filter((name) => name.startsWith('dense-loss'))
  return [
    ...(ofScore.length > 0 ? [`${list(ofScore)} ${ofScore.length === 1 ? 'is' : 'are'} computed from the same dense score that the drop is divided by. Noise in that score makes a task look easier and its drop larger at once (regression to the mean), which by itself pushes tau below zero. ${LESS}`] : []), // prettier-ignore
    ...(ofLoss.length > 0 ? [`${list(ofLoss)} ${ofLoss.length === 1 ? 'is' : 'are'} taken from the same answers of the uncompressed model as the score that the drop is divided by. Items that happen to suit it lower the loss and leave more to lose (regression to the mean), which by itself pushes tau below zero. ${LESS} It says how hard a task is to this model, not to others.`] : []), // prettier-ignore
    ...unmeasured.map(unmeasuredWords),
  ]
}

const LESS = 'A task that is hard by it also stands nearer to chance and has less to lose.'
/** Tasks that are named. */
const SHOWN = 5

function unmeasuredWords({ estimator, why, tasks }: Unmeasured): string {
  const more = tasks.length > SHOWN ? [`${tasks.length - SHOWN} more`] : []
  const named = `${plural(tasks.length, 'task')} (${list([...tasks.slice(0, SHOWN), ...more])})`
  return why === 'not kept'
    ? `${estimator} says nothing of ${named}: what the uncompressed model gave the right answers is not on record. Run the study again where its model and data are: those uncompressed cells alone are asked once more.`
    : `${estimator} says nothing of ${named}: their right answers have no loss in that unit, for they have no bytes of their own (windows of joined text, labels of a head), nothing to choose from, no word at all, or are impossible to the model.`
}
