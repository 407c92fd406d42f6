import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { sha256 } from '../../base/files.ts'
import { canonical } from '../../base/json.ts'
import type { Store } from '../../store/open.ts'

/** Takes a study out of a store that is held for writing: what no other study has of its cells, ledgers and trained weights. */
export function forgetStudy(store: Pick<Store, 'studies' | 'cells' | 'folder'>, id: string): void {
  const trained = store.cells.ofStudy(id).flatMap(({ record, fingerprint }) => {
    const transfer = record?.key.transfer ?? 'none'
    // as study/plan.ts names the weights that are asked
    return record && transfer !== 'none' ? [{ fingerprint, weights: sha256(canonical({ ledger: record.ledger, transfer })) }] : []
  })
  store.studies.remove(id)
  const kept = new Set(trained.filter(({ fingerprint }) => store.cells.isDone(fingerprint)).map(({ weights }) => weights))
  for (const { weights } of trained) {
    if (kept.has(weights)) continue
    for (const end of ['safetensors', 'json']) rmSync(join(store.folder, 'trained', `${weights}.${end}`), { force: true })
  }
}
