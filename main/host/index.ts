/** Where the window can be shown, the better place first. Loaded when picked: electron.ts can be loaded inside Electron only. */
export const hosts = [
  { id: 'electron', load: async () => (await import('./electron.ts')).electron },
  { id: 'web', load: async () => (await import('./web.ts')).web },
] as const
