import { writeWhole } from '../../base/files.ts'
import { studyOf, type Command } from '../command.ts'
import { outPath } from '../outputs.ts'

export const report: Command = {
  id: 'report',
  words: '[study]',
  about: 'The results as one HTML page, with figures and provenance.\nIt needs neither network nor scripts.',
  flags: [{ name: 'out', value: '<file>', about: 'where to write it (default: the results folder of the study, below --home)' }],
  async run(call) {
    const { ask, console } = call
    const study = await studyOf(call)
    const file = await outPath(call, study, 'report.html')
    writeWhole(file, await ask('studies.report', { study }))
    console.print(file)
    return { json: { file } }
  },
}
