import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Provider } from './session.ts'

/** Why a provider cannot run here, as the end of "…, but", and what brings it, where something does. */
export interface Absence {
  readonly missing: string
  readonly remedy: string | undefined
}

const here = `${process.platform} ${process.arch}`

/** Explains an absence; `reason` is what the runtime said when it was asked, undefined where it does not know the provider. */
export function absence(provider: Provider, reason?: string): Absence {
  const said = reason === undefined ? '' : ` (the runtime says: ${reason.replace(/\.$/, '')})`
  switch (provider) {
    case 'cpu':
      return { missing: `onnxruntime-node has no library for ${here}${said}`, remedy: undefined }
    case 'webgpu':
      return {
        missing:
          reason === undefined
            ? elsewhere('WebGPU', 'Windows, macOS on ARM and Linux x64')
            : `there is no adapter it can use${said}`,
        remedy: reason === undefined ? undefined : adapterRemedy(),
      }
    case 'cuda':
      return reason === undefined ? { missing: elsewhere('CUDA', 'Linux x64'), remedy: undefined } : cudaAbsence(said)
    case 'dml':
      return {
        missing: reason === undefined ? elsewhere('DirectML', 'Windows') : `DirectML did not start${said}`,
        remedy: reason === undefined ? undefined : 'Update the driver of the graphics card (DirectX 12 is needed).',
      }
    case 'coreml':
      return {
        missing: reason === undefined ? elsewhere('Core ML', 'macOS on ARM') : `Core ML did not start${said}`,
        remedy: undefined,
      }
  }
}

function elsewhere(label: string, where: string): string {
  return `${label} exists on ${where} only and this is ${here}`
}

function adapterRemedy(): string | undefined {
  if (process.platform !== 'linux') return 'Update the driver of the graphics card.'
  return 'Install a Vulkan loader and driver: apt install libvulkan1 mesa-vulkan-drivers (Mesa 24.2 or newer), or the driver of NVIDIA.'
}

/** The provider files of CUDA are not in the npm package: its install script brings them, and install scripts are off here. */
function cudaAbsence(said: string): Absence {
  const root = dirname(dirname(createRequire(import.meta.url).resolve('onnxruntime-node')))
  const folder = join(root, 'bin', 'napi-v6', process.platform, process.arch)
  const files = ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so'].filter(
    (name) => !existsSync(join(folder, name)),
  )
  if (files.length > 0) {
    return {
      missing: `its files are not installed (${files.join(', ')})`,
      remedy:
        'node node_modules/onnxruntime-node/script/install.js --onnxruntime-node-install=cuda12 (about 300 MB from nuget.org; then CUDA 12 and cuDNN 9 are needed)',
    }
  }
  return {
    missing: `its files are there but do not load${said}`,
    remedy: `Install CUDA 12, cuDNN 9 and the driver of NVIDIA; "ldd ${join(folder, 'libonnxruntime_providers_cuda.so')}" names what is missing.`,
  }
}
