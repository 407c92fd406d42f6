import { LabError } from '../../main/base/errors.ts'

/** Code and message of the named error that something throws, as one line to match; other errors go on their way. */
export function faultOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof LabError) return `${error.code}: ${error.message}`
    throw error
  }
  return 'no fault'
}
