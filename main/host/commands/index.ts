import type { Command } from '../command.ts'
import { demo } from './demo.ts'
import { doctor } from './doctor.ts'
import { exportCommand } from './export.ts'
import { methods } from './methods.ts'
import { models } from './models.ts'
import { pretrain } from './pretrain.ts'
import { report } from './report.ts'
import { results } from './results.ts'
import { run } from './run.ts'
import { status } from './status.ts'
import { tasks } from './tasks.ts'
import { templates } from './templates.ts'

/** The order here is the order in help. */
export const commands: readonly Command[] = [
  demo,
  run,
  templates,
  status,
  results,
  report,
  exportCommand,
  models,
  tasks,
  methods,
  pretrain,
  doctor,
]
