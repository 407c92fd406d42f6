/**
 * Cells and ledgers say how many bits a weight takes and how far outputs moved. What was kept before measured no errors; its bits follow from
 * what was asked: b + (16 + b)/g for the matrices that were coded, without the code of 0 where grids are symmetric (paper.md 1.5), else 16.
 */
export const effectiveBits = {
  version: 20,
  sql: `
    CREATE TEMP TABLE coded AS
      SELECT key, name, out * width AS size,
        CASE WHEN bits IS NULL OR NOT is_chosen THEN 16.0
        ELSE bits + (CAST((width + columns - 1) / columns AS REAL) / width) * (16 + CASE WHEN is_symmetric THEN 0 ELSE bits END)
        END AS effective
      FROM (
        SELECT level.key, level.bits, level.is_symmetric,
          row.value ->> 'name' AS name, row.value ->> 'out' AS out, row.value ->> 'in' AS width,
          min(coalesce(level.columns, row.value ->> 'in'), row.value ->> 'in') AS columns,
          (json_array_length(level.wanted) = 0 OR EXISTS (
            SELECT 1 FROM json_each(level.wanted) AS pattern
            WHERE row.value ->> 'name' GLOB replace(replace(pattern.value, '[', '[[]'), '?', '[?]')
          )) AND NOT EXISTS (
            SELECT 1 FROM json_each(level.unwanted) AS pattern
            WHERE row.value ->> 'name' GLOB replace(replace(pattern.value, '[', '[[]'), '?', '[?]')
          ) AS is_chosen
        FROM (
          SELECT DISTINCT ledger.key, ledger.rows,
            record -> '$.key.compression.include' AS wanted, record -> '$.key.compression.exclude' AS unwanted,
            record ->> '$.key.compression.params.bits' AS bits,
            record ->> '$.key.compression.params.groupSize' AS columns,
            coalesce(record ->> '$.key.compression.params.symmetric', 0) AS is_symmetric
          FROM ledger JOIN cell ON cell.record ->> '$.ledger' = ledger.key
        ) AS level, json_each(level.rows) AS row
      );

    UPDATE ledger SET rows = (
      SELECT json_group_array(json_set(row.value, '$.outputError', NULL, '$.effectiveBits', coalesce(
        (SELECT effective FROM coded WHERE coded.key = ledger.key AND coded.name = row.value ->> 'name'), 16.0
      )))
      FROM json_each(ledger.rows) AS row
    );

    UPDATE cell SET record = json_set(record,
      '$.outputError', CASE WHEN record ->> '$.key.compression.method' = 'dense' THEN 0 END,
      '$.effectiveBits', coalesce(
        (SELECT sum(effective * size) / sum(size) FROM coded WHERE coded.key = cell.record ->> '$.ledger'), 16.0
      ))
    WHERE record IS NOT NULL;

    DROP TABLE coded;
  `,
} as const
