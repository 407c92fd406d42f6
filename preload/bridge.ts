// The only thing the window can reach outside itself: two functions, plain data in and out.
import { contextBridge, ipcRenderer } from 'electron'
import type { Lab } from './contract.ts'

contextBridge.exposeInMainWorld('lab', {
  call: (name, argument) => ipcRenderer.invoke('lab:call', name, argument),
  on(event, listener) {
    const hear = (_: unknown, ...[said, value]: unknown[]) => {
      if (said === event) listener(value as never)
    }
    ipcRenderer.on('lab:event', hear)
    return () => void ipcRenderer.off('lab:event', hear)
  },
} satisfies Lab)
