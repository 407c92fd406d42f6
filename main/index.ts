// The entry of Electron. Started by plain Node it serves the same window as a page.
import { join } from 'node:path'
import { openReader } from './api/reader.ts'
import { hosts } from './host/index.ts'
import { EMPTY_PAGE, readPage } from './host/page.ts'

const kind = process.versions.electron ? 'electron' : 'web'
// waited for here, or Electron would be ready before it is told of our scheme
const host = await hosts.find(({ id }) => id === kind)!.load()
const reader = openReader(undefined, host.launch)
void reader.prepare()
const isDev = process.env.ELECTRON_RENDERER_URL !== undefined
const page = isDev ? EMPTY_PAGE : readPage(join(import.meta.dirname, '..', 'out', 'renderer'))
// not waited for: Electron becomes ready only after this file has ended
void host.start(reader, page).then(async ({ address, closed }) => {
  console.log(`Junk DNA Lab is at ${address}`)
  await closed
  await reader.close()
})
