/** What pods of the release before, which run beside the new schema, could not live with. */
const contracting: readonly (readonly [RegExp, string])[] = [
  [/\bdrop\s+(table|schema|column|view|materialized\s+view|sequence|function|type)\b/, 'takes away $0'],
  [/\brename\b/, 'renames'],
  [/\balter\s+column\s+\S+\s+(set\s+data\s+)?type\b/, 'changes the type of a column'],
  [/\bset\s+not\s+null\b/, 'asks for a value that was optional'],
  [/\badd\s+constraint\b/, 'adds a constraint, which old writes may break'],
  [/\btruncate\b/, 'empties a table'],
];

/** A migration says with such a line why nobody misses what it takes away. */
const reason = /^-- Contract: \S/m;

/**
 * What a migration does on its way up that is more than adding, a line for each; none where it gives a reason. A unique
 * index on a table that exists is not noticed.
 */
export function contractionsOf(sql: string): readonly string[] {
  const up = sql.split(/^\s*--[\s-]*Down\s+Migration/im)[0] ?? '';
  if (reason.test(up)) return [];
  const statements = up.replaceAll(/--.*$/gm, '').toLowerCase().split(';');
  return statements.flatMap((statement) => [
    ...contracting.flatMap(([pattern, what]) => {
      const found = pattern.exec(statement);
      return found ? [what.replace('$0', found[0].replaceAll(/\s+/g, ' '))] : [];
    }),
    ...requiredColumns(statement),
  ]);
}

/** A new column that must have a value, and has none of itself: who does not know it cannot insert any more. */
function requiredColumns(statement: string): string[] {
  return statement
    .split(/\badd\s+column\b/)
    .slice(1)
    .filter((column) => /\bnot\s+null\b/.test(column) && !/\b(default|generated)\b/.test(column))
    .map(() => 'adds a column that must be given');
}
