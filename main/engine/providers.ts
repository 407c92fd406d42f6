import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Provider } from './session.ts'

/** Why a provider cannot run here, as the end of "…, but", and what brings it, where something does. */
export interface Absence {
  readonly missing: string
  readonly remedy?: string
}

const here = `${process.platform} ${process.arch}`

/** Systems for which onnxruntime-node 1.30 has a provider at all (platform.md A1), and what we call it. */
const homes: Readonly<Record<Provider, { readonly label: string; readonly systems: readonly string[] }>> = {
  cpu: { label: 'onnxruntime-node', systems: ['linux x64', 'linux arm64', 'darwin arm64', 'win32 x64', 'win32 arm64'] },
  webgpu: { label: 'WebGPU', systems: ['linux x64', 'darwin arm64', 'win32 x64', 'win32 arm64'] },
  cuda: { label: 'CUDA', systems: ['linux x64'] },
  dml: { label: 'DirectML', systems: ['win32 x64', 'win32 arm64'] },
  coreml: { label: 'Core ML', systems: ['darwin arm64'] },
}

/** Explains an absence; `reason` is what the runtime said when it was asked for the provider. */
export function absence(provider: Provider, reason: string): Absence {
  const { label, systems } = homes[provider]
  const missing = `${label} did not start (the runtime says: ${reason.replace(/\.$/, '')})`
  if (!systems.includes(here)) return { missing: `${label} exists on ${systems.join(', ')} and this is ${here}` }
  switch (provider) {
    case 'cpu':
      return { missing, remedy: 'npm ci' }
    case 'webgpu':
      return { missing, remedy: adapterRemedy() }
    case 'cuda':
      return cudaAbsence(missing)
    case 'dml':
      return { missing, remedy: 'Update the driver of the graphics card; it must know DirectX 12.' }
    case 'coreml':
      return { missing }
  }
}

function adapterRemedy(): string {
  if (process.platform !== 'linux') return 'Update the driver of the graphics card.'
  return 'apt install libvulkan1 mesa-vulkan-drivers (Mesa 24.2 or newer), or the driver of NVIDIA: what is needed is Vulkan.'
}

/** The provider files of CUDA are not in the npm package: its install script brings them, and install scripts are off here. */
function cudaAbsence(missing: string): Absence {
  const root = dirname(dirname(createRequire(import.meta.url).resolve('onnxruntime-node')))
  const folder = join(root, 'bin', 'napi-v6', process.platform, process.arch)
  const needed = ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so']
  const files = needed.filter((name) => !existsSync(join(folder, name)))
  if (files.length > 0) {
    return {
      missing: `${files.join(' and ')} ${files.length === 1 ? 'is' : 'are'} not installed`,
      remedy:
        'node node_modules/onnxruntime-node/script/install.js --onnxruntime-node-install=cuda12 (fetches them from nuget.org; CUDA 12 and cuDNN 9 are needed beside them)',
    }
  }
  return {
    missing,
    remedy: `Install CUDA 12, cuDNN 9 and the driver of NVIDIA; "ldd ${join(folder, needed[1]!)}" names what is missing.`,
  }
}
