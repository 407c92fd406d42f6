import { resolveConfig } from 'electron-vite'
import { build } from 'vite'

/** Builds the page into out/renderer, and again with each change of its source. Gives back how to stop. For development only. */
export async function buildOnChange(root: string): Promise<() => Promise<void>> {
  const { config } = await resolveConfig({ root }, 'build', 'production')
  const renderer = config!.renderer!
  const watcher = await build({ ...renderer, configFile: false, logLevel: 'error', build: { ...renderer.build, watch: {} } })
  return 'close' in watcher ? () => watcher.close() : async () => {}
}
