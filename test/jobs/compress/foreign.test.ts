import { describe, expect, it } from 'vitest'
import { translate } from '../../../main/jobs/compress/foreign.ts'

describe('a recipe in the words of other tools', () => {
  it('is one in ours: those of wanda', () => {
    const { raw, notes } = translate({ prune_method: 'wanda', sparsity_ratio: 0.5, sparsity_type: 'unstructured', nsamples: 64 })
    expect(raw).toEqual({ method: 'wanda', sparsity: 0.5, calibration: { samples: 64 } })
    expect(notes).toEqual([])
  })
  it('has patterns that say what is REMOVED, while ours say what is kept', () => {
    const { raw, notes } = translate({ prune_method: 'wanda', sparsity_type: '1:4', sparsity_ratio: 0.25 })
    expect(raw).toEqual({ method: 'wanda', pattern: { keep: 3, of: 4 } })
    expect(notes).toEqual(['1:4 as that tool means it: 1 of each 4 weights are removed, 3 are kept.'])
  })
  it('takes OWL and one scale for a tensor as llm-compressor writes them', () => {
    const { raw, notes } = translate({ method: 'wanda', sparsity: 0.7, sparsity_profile: 'owl', owl_m: 3, owl_lmbda: 0.1 })
    expect(raw).toEqual({ method: 'wanda', sparsity: 0.7, profile: { kind: 'owl', m: 3, lambda: 0.1, spread: 'published' } })
    expect(notes).toEqual([expect.stringContaining('owl as that tool means it')])
    expect(translate({ sparsity_profile: 'uniform' })).toEqual({ raw: {}, notes: [] })
    expect(translate({ num_bits: 4, strategy: 'tensor' }).raw).toEqual({ bits: 4, params: { per: 'tensor' } })
  })
  it('is one in ours: those of llm-compressor', () => {
    expect(translate({ method: 'sparsegpt', sparsity: 0.5, mask_structure: '2:4', block_size: 128, dampening_frac: 0.01, targets: ['Linear'], ignore: ['re:.*lm_head'] }).raw).toEqual({
      ...{ method: 'sparsegpt', pattern: { keep: 2, of: 4 }, exclude: ['re:.*lm_head'] },
      params: { blockSize: 128, damping: 0.01 },
    }) // prettier-ignore
    expect(translate({ method: 'gptq', scheme: 'W4A16', actorder: 'static', num_calibration_samples: 512, max_seq_length: 2048, params: { damping: 0.1 } }).raw).toEqual({
      ...{ method: 'gptq', bits: 4, calibration: { samples: 512, length: 2048 } },
      params: { damping: 0.1, symmetric: true, groupSize: 128, actOrder: true, staticGroups: true },
    }) // prettier-ignore
    expect(translate({ method: 'rtn', num_bits: 8, strategy: 'channel', group_size: -1, symmetric: false }).raw).toEqual({
      ...{ method: 'rtn', bits: 8, params: { symmetric: false } },
    })
  })
  it.each([
    [
      'what is said twice',
      { method: 'wanda', prune_method: 'magnitude' },
      /one word for one thing for method, got "wanda" and "magnitude"/,
    ],
    [
      'a ratio that a pattern contradicts',
      { sparsity_type: '2:4', sparsity_ratio: 0.6 },
      /Expected 0\.5 beside keep 2 of 4 for sparsity, got 0\.6/,
    ],
    ['a pattern that removes all', { sparsity_type: '4:4' }, /N:M with N below M for sparsity_type, got 4:4/],
    ['a strategy that is not built in', { strategy: 'tensor_group' }, /group, channel or tensor for strategy, got tensor_group/],
    ['settings of a profile that is not asked for', { owl_m: 5 }, /nothing without sparsity_profile: owl for owl_m, got 5/],
    ['another profile', { sparsity_profile: 'erk' }, /owl or uniform for sparsity_profile, got erk/],
    ['a scheme that quantises inputs too', { scheme: 'W8A8' }, /for scheme, got W8A8/],
  ])('is refused for %s', (_, raw, message) => {
    expect(() => translate(raw)).toThrow(message)
  })
})
