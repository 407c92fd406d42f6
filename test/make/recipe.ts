/** A recipe that is followed in a second or two: 24 steps of a model of 11,000 weights. */
export const RECIPE = `name: tiny
text: { world: 0, seed: 0, tokens: 1536 }
validation: { seed: 1, tokens: 128, every: 10 }
model: { blocks: 1, width: 16, heads: 2, mlpWidth: 24, contextLength: 32 }
optimiser: { learningRate: 1e-2, warmUpSteps: 4, floor: 0.05, weightDecay: 0.05, clipNorm: 1 }
batch: 4
length: 16
seed: 0
checkpointEvery: 5
`
