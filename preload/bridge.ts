// The only thing the window can reach outside itself: two functions, plain data in and out.
import { contextBridge, ipcRenderer, webUtils } from 'electron'
import type { Lab } from './contract.ts'

/** Who wants to know which folders are dropped on the window: only here can be told where they lie. */
const dropped = new Set<(folders: readonly string[]) => void>()

/** As much of the page as is needed here, which is no page to the compiler. */
interface Drop {
  readonly dataTransfer: { readonly files: ArrayLike<File> } | null
  preventDefault(): void
}
const page = globalThis as unknown as { addEventListener(type: string, hear: (event: Drop) => void): void }

page.addEventListener('dragover', (event) => event.preventDefault())
page.addEventListener('drop', (event) => {
  event.preventDefault() // or the window would try to show what was dropped
  const paths = Array.from(event.dataTransfer?.files ?? [], (file) => webUtils.getPathForFile(file)).filter(Boolean)
  if (paths.length > 0) for (const hear of dropped) hear(paths)
})

contextBridge.exposeInMainWorld('lab', {
  call: (name, argument) => ipcRenderer.invoke('lab:call', name, argument),
  on(event, listener) {
    const hear = (_: unknown, ...[said, value]: unknown[]) => {
      if (said === event) listener(value as never)
    }
    const hearDrop = (folders: readonly string[]) => listener(folders as never)
    ipcRenderer.on('lab:event', hear)
    if (event === 'folders.dropped') dropped.add(hearDrop)
    return () => {
      ipcRenderer.off('lab:event', hear)
      dropped.delete(hearDrop)
    }
  },
} satisfies Lab)
