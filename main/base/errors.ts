/** Every fault the lab can name, with the next thing to do beside it. A message says what was expected and what came; the hint says what now. */
export const FAULTS = {
  // files and folders
  'file/missing': 'Check the path; relative paths in a study file start at that file.',
  'file/text': 'Save it as UTF-8, as "iconv -f latin1 -t utf-8" does with a file from an older system.',
  'file/unreadable': 'Check that you may read this file and that its disk is still there.',
  'file/read-only': 'Choose a folder you may write to: --out for what is made, --home or the LAB_HOME variable for the store.',
  'file/exists': 'Choose another name, or move what is there aside: the lab replaces no file of yours.',
  'file/disk-full': 'Free some space on that disk, then run the same command again: it goes on where it stopped.',
  // models
  'model/missing-file': 'A model folder needs config.json, tokenizer.json and model.safetensors (or its shards and their index).',
  'model/header': 'The weights file is damaged or not a safetensors file; fetch it again.',
  'model/truncated': 'The file ends early; fetch it again and compare its size with the source.',
  'model/overlap': 'The file describes two tensors in the same bytes; fetch it again or convert it anew.',
  'model/lfs-pointer':
    'These are not the weights but a note of Git LFS saying where they are: run "git lfs pull" in that folder.',
  'model/pickle':
    'Pickle files can run code and are never read. Convert to safetensors, for example with save_pretrained(..., safe_serialization=True).',
  'model/architecture': 'See "lab models" for the architectures that can be read.',
  'model/config': 'Correct config.json, or take the config that belongs to these weights.',
  'model/shape':
    'config.json and the weights belong to different models, or one of them was edited; take both from the same source.',
  'model/dtype': 'Store the weights as F32, F16 or BF16.',
  'model/not-finite': 'The weights hold NaN or infinity, so every score would be meaningless; fetch or convert them again.',
  'model/tokenizer': 'Take tokenizer.json and tokenizer_config.json from the source of the weights.',
  'model/undefined-id': 'The tokenizer and the model do not belong together: an id lies outside the vocabulary.',
  // graphs
  'onnx/file': 'The ONNX file is damaged or not one at all; fetch or export it again.',
  'onnx/unsupported': 'Export the model without this feature: plain operators of the default domain, opset 17 or 18, float32.',
  'onnx/graph': 'The graph contradicts itself; export it again, or report it with the message above if the lab made it.',
  // engine
  'engine/unknown': 'Use one of the providers that "lab doctor" lists.',
  'engine/unavailable':
    'Run "lab doctor": it names what is missing and the command that brings it. Nothing else was used in its place.',
  'engine/graph': 'The runtime refused the graph; please report it with the message above.',
  'engine/run': 'The runtime failed on this batch; try fewer tokens per batch (--batch-tokens) or another provider.',
  'engine/died':
    'The engine process ended; it has been started again. Run the same command again to redo what was in flight; less memory per batch (--batch-tokens) may help.',
  'engine/stopped': 'Run the same command again to go on where it stopped.',
  // gradients
  'grad/no-rule': 'Add a row for the operator in main/grad/rules, or leave it out of what is trained.',
  'grad/shape': 'Give the inputs of the graph more of their sizes, or compute that shape from them in a plainer way.',
  'grad/loss': 'Reduce the loss to one float32 number, for example with ReduceSum over all axes.',
  'grad/unreached': 'Leave this tensor out of what is trained: no change of it would change the loss.',
  // training
  'train/items': 'Give the training more items or a longer text, or ask for smaller batches.',
  'train/head':
    'Leave the objective out, so that the answer is learned as text, or learn a task whose items all offer the same choices.',
  'train/memory': 'Ask for a smaller batch and as many more runs to a step (accumulate): the result is the same.',
  'train/not-finite': 'Lower the learning rate, warm up over more steps or clip the gradients.',
  'train/held':
    'This is a mistake of ours, or memory that does not keep what it is given; please report it with the message above.',
  'train/mask': 'Take masks that were made for this very model, and of matrices that are trained.',
  'train/checkpoint': 'Another training keeps its checkpoints there: give each recipe a folder of its own, or remove that one.',
  'train/recipe': 'Correct the recipe at the place named.',
  'train/exists': 'Name a folder that is not there yet with --out, or move that one away.',
  // compression
  'compress/quota': 'Ask for a sparsity from 0 up to, but not including, 1.',
  'compress/pattern':
    'Write a pattern as { keep: 4, of: 8 }: keep from 1 to of, and of no larger than the inputs of each matrix.',
  'compress/method': 'See "lab methods" for the methods and what each can do.',
  'compress/score':
    'The weights, or the statistics behind the scores, hold numbers too large to rank; compress from sound weights.',
  'compress/hessian':
    'Raise the damping of the method, or calibrate with more and sounder text: nothing was used in place of the inverse.',
  'compress/stats':
    'Say what to calibrate with: calibration: { text, samples, length } in a study, --calibration <file> for "lab compress".',
  'compress/calibration': 'Ask for fewer or shorter samples, or give a longer text.',
  'compress/range': 'Quantise to fewer bits, which have scales, or scale the weights of that matrix down.',
  'compress/target': 'No matrix carries such a name; "lab models show" lists the matrices of a model.',
  'compress/recipe': 'A recipe has the keys of a "compress" entry of a study file, and calibration; see "lab compress --help".',
  'compress/redo': 'Give --redo the name of a layer, and --out the folder of the compression that stopped there.',
  'compress/reopened':
    'The folder was not kept, for it is not what was compressed: check the disk and its free space, then run the same command again.',
  // tasks
  'task/yaml': 'Correct the task file at the place named.',
  'task/unknown': 'See "lab tasks list".',
  'task/transform':
    'This task file calls Python. Only the transforms listed by "lab tasks check" are built in; the rest need one.',
  'task/template': 'Correct the template, or the column it names.',
  'task/pack': 'Check the data folder (--data) and the dataset_path of the task file.',
  'task/column': 'Check that the pack belongs to this task file.',
  'task/gold':
    'The right answer must be one of the choices, or a number where the task asks for one; correct the row or leave it out.',
  'task/empty-choice': 'A choice without text cannot be scored; correct the row or leave it out.',
  'task/too-long':
    'That part alone is longer than the model can read: leave the item out, ask for shorter windows (window_length) or fewer new tokens (max_gen_toks), or use a model with more context.',
  'task/too-short': 'Ask for shorter windows (window_length), or give a longer text.',
  'task/scorer':
    'Name a metric that fits the output_type of the task: choices, continuation, whole text, windows, free text or number.',
  'task/number':
    'Learn the task in "transfer" with "objective: head": numbers are said by a fresh head, never by a language model.',
  'score/number': 'Its training has destroyed the head: lower the learning rate or warm up over more steps.',
  'task/axis': 'Choose another axis for this task, or other levels or parameters; "lab tasks axes" says what each axis takes.',
  'task/few-shot': 'Ask for fewer examples, or give the task a larger split to draw them from.',
  // studies
  'study/yaml': 'Correct the study file at the place named.',
  'study/field': 'See the JSON Schema of study files: "lab export schema".',
  'study/empty': 'A study needs at least one model, one task and one compression.',
  'study/unknown': 'See "lab status" for the studies in this store.',
  'study/template': 'See "lab templates" for the studies that come with the lab.',
  // store
  'store/newer': 'This store was written by a newer lab; use that version, or another folder with --home.',
  'store/busy': 'Another lab is using this store. Wait until it has finished, or use another folder with --home.',
  'store/corrupt': 'The database is damaged. It was left untouched; move it aside to start a new one.',
  'store/mask': 'The file is damaged or of another program: move it aside, and compress again for the mask.',
  'store/mask-unknown': 'See "lab masks list" for the masks that are kept; or name a model folder.',
  // the window: settings, drafts, the queue
  'settings/file': 'Correct the file, or move it aside: the lab then begins with its own settings.',
  'library/unknown': 'A model that lies in a library folder goes with that folder; see the list of the library.',
  'draft/name': 'Use small letters, digits, dots and dashes, up to 80 of them, beginning with a letter or digit.',
  'draft/unknown': 'See the list of drafts; it may have been removed or renamed.',
  'run/unknown': 'See the list of runs; it may have been removed.',
  'run/state': 'Wait until it is in another state, or cancel it first.',
  'run/died': 'See its log; less memory per batch (batchTokens) may help. Resumed, it goes on where it was.',
  'run/elsewhere': 'Use the window that runs the queue, or close it first: one window of a store runs its studies.',
  'run/queue': 'Move the file aside; the studies in the store are not affected.',
  // reports
  'report/reference': 'See "lab report --reference ?" for the published curves there are.',
  'figure/svg': 'Save the figure as SVG, which is what it is drawn as, and please report it with the message above.',
  // bundles
  'bundle/file': 'Fetch the bundle again, or export it again; it must be the file that "lab export --bundle" wrote.',
  'bundle/name': 'No lab wrote such a name: do not unpack this file by other means either. Export the study again.',
  'bundle/kind': 'A bundle holds plain files alone: export the study again in place of packing its files by hand.',
  'bundle/size': 'No study needs so much: export it again, without items or masks where it is honestly as large.',
  'bundle/overlap': 'This is how a zip bomb is made: do not unpack this file by other means either.',
  'bundle/zip64': 'A bundle holds 2 GiB at most: export the study again in place of packing its files by hand.',
  'bundle/lies': 'The file is damaged, or made to mislead: fetch it again from its source.',
  'bundle/manifest': 'The list of what is inside is missing or wrong: export the study again, or fetch the file again.',
  'bundle/unknown': 'A bundle holds what its list names and nothing else: export the study again in place of adding to it.',
  'bundle/hash': 'The file was changed or damaged after it was made: fetch it again from its source.',
  'bundle/read-only': 'Import the bundle to make its study one of this lab; what is open is only looked at.',
  'bundle/not-open': 'It has been closed already, in this window or another; open the file again to look at it.',
  'bundle/version': 'Use the version of the lab that made it, or have the study exported again by this one.',
  'bundle/content': 'What is inside contradicts itself: have the study exported again, and do not trust these numbers.',
  'bundle/differs':
    'The same cell gave other numbers elsewhere. Look at the bundle by itself with "lab open", or import it into a store of its own with --home.',
  'bundle/items': 'Have the study exported with its items (--items), or look at the bundle by itself with "lab open".',
  // calls and the command line
  'api/unknown': 'Update the page: it and the lab are of different versions.',
  'api/argument': 'Correct the argument named.',
  'host/refused': 'Open the page at the very address that "npm start" printed; each start has a new one.',
  'host/page': 'Run "npm run build", or "npm start", which does.',
  'cli/usage': 'See "lab --help".',
  'app/unexpected': 'This is a mistake of ours; please report it with the message above.',
} as const

export type FaultCode = keyof typeof FAULTS

/** An error as a value: what crosses processes, the contract and the store. */
export interface Fault {
  readonly code: FaultCode
  readonly message: string
  readonly hint: string
}

/** The one error class. `message` says what was expected and what came, with value and type. */
export class LabError extends Error {
  readonly code: FaultCode
  constructor(code: FaultCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'LabError'
    this.code = code
  }
}

/** Any thrown thing as a Fault; what is not ours is told apart as 'app/unexpected', or by its errno where the disk is at fault. */
export function toFault(error: unknown): Fault {
  const known = error instanceof LabError ? error : fromErrno(error)
  if (known) return { code: known.code, message: known.message, hint: FAULTS[known.code] }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { code: 'app/unexpected', message, hint: FAULTS['app/unexpected'] }
}

/** A Fault that crossed a process becomes an error again, code kept. */
export function fromFault(fault: Fault): LabError {
  return new LabError(fault.code, fault.message)
}

/** " at …" where the system says which path it was, else all that it says. */
function placeOf(error: Error): string {
  return 'path' in error && typeof error.path === 'string' ? ` at ${error.path}` : ` (${error.message})`
}

/** The named error behind an errno of the file system or of SQLite, or undefined where it has no name of ours. */
export function fromErrno(error: unknown): LabError | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  const options = { cause: error }
  // SQLite's extended codes (SQLITE_READONLY_DIRECTORY) say more than we need
  switch (String(error.code).replace(/^(SQLITE_[A-Z]+)_.*$/, '$1')) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'SQLITE_FULL':
      return new LabError('file/disk-full', `Expected room to write, found the disk full (${error.message}).`, options)
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
    case 'SQLITE_READONLY':
    case 'SQLITE_CANTOPEN':
      return new LabError(
        'file/read-only',
        `Expected a place that can be read and written, but was refused (${error.message}).`,
        options,
      )
    case 'ENOENT':
    case 'ENOTDIR':
      return new LabError('file/missing', `Expected a file or folder${placeOf(error)}, found none.`, options)
    case 'EIO':
    case 'SQLITE_IOERR':
      return new LabError('file/unreadable', `Expected the disk to read and write, but it failed (${error.message}).`, options)
    case 'SQLITE_BUSY':
    case 'SQLITE_LOCKED':
      return new LabError(
        'store/busy',
        `Expected to be the only lab on this store, but another one holds it (${error.message}).`,
        options,
      )
    case 'SQLITE_CORRUPT':
    case 'SQLITE_NOTADB':
      return new LabError('store/corrupt', `Expected an SQLite database of the lab (${error.message}).`, options)
    default:
      return undefined
  }
}
