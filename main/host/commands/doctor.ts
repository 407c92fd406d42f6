import type { Command } from '../command.ts'

export const doctor: Command = {
  id: 'doctor',
  words: '',
  about: 'What this machine can run, and what would bring the rest.\nEvery provider is tried out, which takes some seconds.',
  flags: [],
  async run({ console, ask }) {
    const { version, home } = await ask('lab.about', null)
    const providers = await ask('doctor.read', null)
    console.print(`Junk DNA Lab ${version} · Node ${process.versions.node} · ${process.platform} ${process.arch}`)
    console.print(`Store: ${home}\n`)
    for (const { provider, isAvailable, device, why, remedy } of providers) {
      const head = `${isAvailable ? '✓' : '–'} ${provider.padEnd(7)}`
      console.print(device ? `${head} ${device.name}, ${device.threads} threads, ${device.runtime}` : `${head} ${why}`)
      if (remedy !== null) console.print(console.dim(`            ${remedy}`))
    }
    return { json: { version, node: process.versions.node, home, providers } }
  },
}
