import { describe, expect, it } from 'vitest'
import { probeProviders } from '../../main/engine/doctor.ts'
import { absence } from '../../main/engine/providers.ts'
import { PROVIDERS } from '../../main/engine/session.ts'
import { describeSwiftShader, swiftShader } from '../make/swiftshader.ts'

describe('the doctor', () => {
  it('says of each provider whether it runs, on what, or why not and what brings it', async () => {
    const reports = await probeProviders({ VK_ICD_FILENAMES: '/nowhere' })
    expect(reports.map(({ provider }) => provider)).toEqual(PROVIDERS)
    for (const report of reports) {
      if (report.isAvailable)
        expect(report.device).toMatchObject({ provider: report.provider, runtime: 'onnxruntime-node 1.30.0' })
      else expect(report.why).toContain(`"${report.provider}"`)
    }
    expect(reports[0]).toMatchObject({ provider: 'cpu', isAvailable: true })
    if (process.platform !== 'linux' || process.arch !== 'x64') return
    const [, webgpu, cuda, dml, coreml] = reports
    expect(webgpu).toMatchObject({ isAvailable: false, remedy: expect.stringContaining('libvulkan1') as string })
    if (!cuda!.isAvailable) expect(cuda!.remedy).toMatch(/install\.js|ldd/)
    for (const report of [dml!, coreml!]) {
      expect(report).toMatchObject({ isAvailable: false, why: expect.stringContaining('this is linux x64') as string })
      expect(report).not.toHaveProperty('remedy')
    }
  })

  it('names the command that brings the files of CUDA', () => {
    if (process.platform !== 'linux' || process.arch !== 'x64') return
    expect(absence('cuda', 'Failed to load shared library').remedy).toMatch(/install\.js --onnxruntime-node-install=cuda12|ldd/)
  })
})

describeSwiftShader('with a Vulkan at hand', () => {
  it('finds WebGPU and names the driver below it', async () => {
    const [, webgpu] = await probeProviders(swiftShader())
    expect(webgpu).toMatchObject({ isAvailable: true, device: { provider: 'webgpu', name: 'Vulkan, libvk_swiftshader.so' } })
  })
})
