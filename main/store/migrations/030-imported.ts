/** Studies that came as bundles; one that came without items brings its results along in place of them. */
export const imported = {
  version: 30,
  sql: `
    CREATE TABLE imported (
      study TEXT PRIMARY KEY REFERENCES study (id) ON DELETE CASCADE,
      bundle TEXT NOT NULL,
      lab TEXT NOT NULL,
      done INTEGER,
      failed INTEGER,
      kept TEXT,
      CHECK ((kept IS NULL) = (done IS NULL) AND (kept IS NULL) = (failed IS NULL))
    ) STRICT;
  `,
} as const
