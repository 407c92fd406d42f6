/**
 * What the uncompressed model gave the right answer of each item, beside its outcomes: their bytes, and with them their hash, stay as they were.
 * Cells of before have none; a study that needs them asks those cells again, and no others.
 */
export const answers = {
  version: 40,
  sql: `
    CREATE TABLE answer (
      cell INTEGER PRIMARY KEY REFERENCES cell (id) ON DELETE CASCADE,
      hash TEXT NOT NULL,
      packed BLOB NOT NULL
    ) STRICT;
  `,
} as const
