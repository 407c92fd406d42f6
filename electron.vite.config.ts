import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'electron-vite'
import type { Plugin } from 'vite'
import { readLicences } from './main/api/licences.ts'

const root = import.meta.dirname
const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { dependencies: Record<string, string> }
const PLAIN = Object.keys(dependencies).filter((name) => name !== 'onnxruntime-node' && name !== 'better-sqlite3')

/** What a module says of its own folder stays true when it is bundled into out/main: resources and children are found from there. */
const sourceFolders: Plugin = {
  name: 'source-folders',
  transform(code, id) {
    if (!id.startsWith(join(root, 'main')) || !code.includes('import.meta.dirname')) return null
    const folder = JSON.stringify(`../../${relative(root, dirname(id)).split(sep).join('/')}`)
    const found = `process.getBuiltinModule('node:url').fileURLToPath(new URL(${folder}, import.meta.url))`
    return { code: code.replaceAll('import.meta.dirname', found), map: null }
  },
}

/** Written down beside the build: a packaged app leaves behind most of the packages whose licences it must name. */
const licences: Plugin = {
  name: 'licences',
  closeBundle() {
    writeFileSync(join(root, 'out', 'licences.json'), JSON.stringify(readLicences(root)))
  },
}

export default defineConfig({
  main: {
    plugins: [sourceFolders, licences],
    build: {
      // all that is JavaScript is one file, which loads at once; what brings programs of its own, and the tools of development, stay outside
      externalizeDeps: { exclude: PLAIN, include: ['vite', 'electron-vite'] },
      rolldownOptions: {
        // each is started from the file of its name: the threads by api/long.ts and models/encode.ts, the command line by host/launch.ts,
        // "start" by host/enter.ts, the others by the engine and for it
        input: {
          index: join(root, 'main/index.ts'),
          thread: join(root, 'main/api/thread.ts'),
          'encode-thread': join(root, 'main/models/encode-thread.ts'),
          cli: join(root, 'main/host/cli.ts'),
          start: join(root, 'main/host/start.ts'),
          child: join(root, 'main/engine/child.ts'),
          lifeline: join(root, 'main/engine/lifeline.ts'),
          'solve-beside': join(root, 'main/jobs/solve-beside.ts'),
        },
        output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      externalizeDeps: false,
      // one CommonJS file that stands alone, as the sandbox asks
      rolldownOptions: { input: join(root, 'preload/bridge.ts'), output: { format: 'cjs', entryFileNames: '[name].cjs' } },
    },
  },
  renderer: {
    root: join(root, 'renderer'),
    plugins: [vue()],
    build: {
      outDir: join(root, 'out/renderer'),
      // one file from this machine's own disk: nothing is saved by loading it in parts
      chunkSizeWarningLimit: 2000,
      rolldownOptions: { input: join(root, 'renderer/index.html') },
    },
  },
})
