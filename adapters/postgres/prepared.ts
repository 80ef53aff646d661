import { Client } from 'pg';

/** More texts than the adapters have: what makes a new one for each call must not fill the server's memory with plans. */
const maxStatements = 200;

const names = new Map<string, string>();

/**
 * A connection that gives each statement with parameters a name, so that the server parses and plans it once a connection:
 * planning an append of many CTEs costs as much as running it. Needs PostgreSQL itself, or PgBouncer from 1.21 on with
 * `max_prepared_statements`.
 */
export class PreparingClient extends Client {
  // The pool calls with a text, values and a callback; whatever else there is goes through as it is.
  override query(...given: unknown[]): never {
    const [text, values, ...rest] = given;
    const name = typeof text === 'string' && Array.isArray(values) ? nameOf(text) : undefined;
    const query = super.query.bind(this) as (...args: unknown[]) => never;
    return name === undefined ? query(...given) : query({ name, text, values }, ...rest);
  }
}

function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined || names.size >= maxStatements) return known;
  const name = `meridian_${names.size + 1}`;
  names.set(text, name);
  return name;
}
