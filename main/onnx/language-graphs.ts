import type { Graph } from './graph.ts'

/** The graphs of a causal language model. Their inputs and outputs are what models/ gives and engine/ runs. */
export interface LanguageGraphs {
  /**
   * Inputs: ids int32 [batch, length] (right-padded), rows int32 [rows] (positions in the flattened batch·length whose hidden state is
   * needed), targets int32 [rows]. Outputs: logprob float32 [rows] = ln p(target | ids up to that row), best int32 [rows] = argmax
   * (ties: the lowest id). Hidden rows are gathered before the vocabulary projection: logits of a padded batch never exist.
   */
  readonly score: Graph
  /**
   * Inputs: ids int32 [batch, length] (no padding), past_key_<i> and past_value_<i> float32 [batch, kv heads, past, head size] per block.
   * Outputs: best int32 [batch] = argmax after the last id, present_key_<i>, present_value_<i> with past + length positions.
   */
  readonly decode: Graph
  /**
   * What training starts from. Inputs: ids and rows as in `score`. Output: logits float32 [rows, vocabulary], named so. Made to be gone on
   * from (grad/loss.ts): as it stands it would hand the whole vocabulary out of the runtime.
   */
  readonly logits: Graph
  /**
   * What other programs expect of a decoder in one file (the names of Hugging Face Optimum and of onnxruntime-genai). Inputs: input_ids and
   * position_ids int64 [batch, length], attention_mask int64 [batch, past + length] (0 = padding), past_key_values.<i>.key and .value
   * float32 [batch, kv heads, past, head size] per block; past may be 0. Outputs: logits float32 [batch, length, vocabulary],
   * present.<i>.key and .value with past + length positions. Made to be exported: we run the others, which hand out less.
   */
  readonly exchange: Graph
  readonly contextLength: number
}
