import type { Command } from '../command.ts'
import { compress } from './compress.ts'
import { demo } from './demo.ts'
import { doctor } from './doctor.ts'
import { exportCommand } from './export.ts'
import { importCommand } from './import.ts'
import { masks } from './masks.ts'
import { methods } from './methods.ts'
import { models } from './models.ts'
import { open } from './open.ts'
import { pretrain } from './pretrain.ts'
import { report } from './report.ts'
import { results } from './results.ts'
import { run } from './run.ts'
import { size } from './size.ts'
import { serve } from './serve.ts'
import { status } from './status.ts'
import { tasks } from './tasks.ts'
import { templates } from './templates.ts'
import { verify } from './verify.ts'

/** The order here is the order in help. */
export const commands: readonly Command[] = [
  demo,
  run,
  templates,
  status,
  results,
  report,
  exportCommand,
  verify,
  importCommand,
  open,
  models,
  size,
  tasks,
  methods,
  compress,
  masks,
  pretrain,
  serve,
  doctor,
]
