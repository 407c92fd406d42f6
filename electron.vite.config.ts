import { dirname, join, relative, sep } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'electron-vite'
import type { Plugin } from 'vite'

const root = import.meta.dirname

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

export default defineConfig({
  main: {
    plugins: [sourceFolders],
    build: {
      rolldownOptions: {
        // main/api/long.ts starts the thread from the file of that name
        input: { index: join(root, 'main/index.ts'), thread: join(root, 'main/api/thread.ts') },
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
      rolldownOptions: { input: join(root, 'renderer/index.html') },
    },
  },
})
