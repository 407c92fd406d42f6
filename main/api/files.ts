import { z } from 'zod'
import { LabError } from '../base/errors.ts'
import { zipOf } from '../bundle/archive/zip.ts'
import { pdfOf } from '../bundle/pdf.ts'
import type { Calls } from './call.ts'

/** No folders, nothing that a system takes for something else, no hidden files. */
const name = z.string().regex(/^(?!\.)[^/\\<>:"|?*\p{Cc}]{1,200}$/u)
const file = z.strictObject({ file: name, text: z.string(), encoding: z.enum(['utf-8', 'base64']) })

/** What the window draws, as files for its reader to keep. */
export const files = {
  'charts.pdf': {
    argument: z.strictObject({ svg: z.string(), title: z.string().max(1000) }),
    run: async (_, { svg, title }) => Buffer.from(await pdfOf(svg, title)).toString('base64'),
  },
  'files.zip': {
    argument: z.strictObject({ files: z.array(file).min(1).max(1000) }),
    async run(_, { files }) {
      const twice = files.find(({ file }, i) => files.findIndex((other) => other.file === file) < i)
      if (twice) throw new LabError('api/argument', `Expected files of different names, got "${twice.file}" twice.`)
      const zip = await zipOf(files.map(({ file, text, encoding }) => ({ name: file, data: Buffer.from(text, encoding) })))
      return zip.toString('base64')
    },
  },
} satisfies Partial<Calls>
