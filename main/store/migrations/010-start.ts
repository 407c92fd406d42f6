/** The first form of the store: studies, their cells, one blob of item outcomes per cell, ledgers, hashes of weight files. */
export const start = {
  version: 10,
  sql: `
    CREATE TABLE study (
      id TEXT PRIMARY KEY,
      name TEXT NOT NULL,
      title TEXT NOT NULL,
      spec TEXT NOT NULL,
      created_at TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('running', 'interrupted', 'failed', 'finished'))
    ) STRICT;

    CREATE TABLE cell (
      id INTEGER PRIMARY KEY,
      fingerprint TEXT NOT NULL UNIQUE,
      record TEXT,
      fault TEXT,
      CHECK ((record IS NULL) <> (fault IS NULL))
    ) STRICT;

    CREATE TABLE outcome (
      cell INTEGER PRIMARY KEY REFERENCES cell (id) ON DELETE CASCADE,
      items INTEGER NOT NULL,
      hash TEXT NOT NULL,
      packed BLOB NOT NULL
    ) STRICT;

    CREATE TABLE study_cell (
      study TEXT NOT NULL REFERENCES study (id) ON DELETE CASCADE,
      position INTEGER NOT NULL,
      fingerprint TEXT NOT NULL,
      label TEXT NOT NULL,
      model_name TEXT NOT NULL,
      task_label TEXT NOT NULL,
      task_group TEXT NOT NULL,
      PRIMARY KEY (study, position),
      UNIQUE (study, fingerprint)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE ledger (
      key TEXT PRIMARY KEY,
      rows TEXT NOT NULL
    ) STRICT;

    CREATE TABLE weight_hash (
      stamp TEXT PRIMARY KEY,
      hash TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
  `,
} as const
