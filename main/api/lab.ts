import { z } from 'zod'
import { describeMethod } from '../compress/describe.ts'
import { methods } from '../compress/index.ts'
import { probeProviders } from '../engine/doctor.ts'
import { aboutLab } from './about.ts'
import type { Calls } from './call.ts'

/** What the lab is and can do, whatever is in its store. */
export const lab = {
  'lab.about': {
    argument: z.null(),
    run: ({ version, home }) => ({ version, home, ...aboutLab() }),
  },
  'methods.list': {
    argument: z.null(),
    run: () => methods.map(describeMethod),
  },
  'doctor.read': {
    argument: z.null(),
    async run() {
      const reports = await probeProviders()
      return reports.map((report) => {
        if (!report.isAvailable)
          return { provider: report.provider, isAvailable: false, device: null, why: report.why, remedy: report.remedy ?? null }
        const { name, threads, runtime } = report.device
        return { provider: report.provider, isAvailable: true, device: { name, threads, runtime }, why: null, remedy: null }
      })
    },
  },
} satisfies Partial<Calls>
