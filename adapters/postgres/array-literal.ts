const toEscape = /["\\]/;

/**
 * A PostgreSQL array as text (https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO), of numbers, booleans, texts,
 * dates and nulls; anything else is left to the driver. The driver's own way escapes each element by two regular
 * expressions, of which a batch has thousands.
 */
export function arrayLiteral(values: readonly unknown[]): string | readonly unknown[] {
  let literal = '{';
  for (let index = 0; index < values.length; index += 1) {
    const element = elementOf(values[index]);
    if (element === undefined) return values;
    literal += index === 0 ? element : `,${element}`;
  }
  return `${literal}}`;
}

function elementOf(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return toEscape.test(value) ? `"${value.replaceAll(/["\\]/g, String.raw`\$&`)}"` : `"${value}"`;
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'undefined':
      return 'NULL';
    case 'object':
      if (value === null) return 'NULL';
      return value instanceof Date ? dateOf(value) : undefined;
    default:
      return undefined;
  }
}

/** Years of more than four digits have another form in PostgreSQL. */
function dateOf(date: Date): string | undefined {
  const year = date.getUTCFullYear();
  return year >= 1 && year <= 9999 ? date.toISOString() : undefined;
}
