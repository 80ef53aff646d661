import { DatabaseError } from 'pg';
import { PermanentError, TransientError } from '../../platform/errors.ts';

// https://www.postgresql.org/docs/current/errcodes-appendix.html
const contended = /^(40001|40P01|55P03)$/;
// Connections, resources, shutdown and start, timeouts, input and output, a server that has become a read-only standby,
// what a server does not know (Citus says so of a statement across nodes), and a login or a right that we have no more (a
// password that was changed reaches a process when it is restarted): no event is at fault, and none may be put aside.
const unavailable = /^(08...|53...|57P0.|57014|58...|25P0[34]|25006|0A000|28...|3D000|42501)$/;

/**
 * What the platform sees of a failed call to PostgreSQL: a TransientError `postgres-unavailable` or `postgres-contended`,
 * or a PermanentError `postgres-refused`. The details name the SQLSTATE and the constraint, never a row's values.
 */
export function postgresError(error: unknown): TransientError | PermanentError {
  if (error instanceof TransientError || error instanceof PermanentError) return error;
  // What the driver cannot put into a message; everything else without a SQLSTATE happened to the connection.
  if (error instanceof TypeError || error instanceof RangeError)
    return new PermanentError('postgres-refused', 'a value has no form in PostgreSQL', { cause: error });
  if (!(error instanceof DatabaseError))
    return new TransientError('postgres-unavailable', 'PostgreSQL cannot be reached', { cause: error });
  const { code: sqlState = '', constraint } = error;
  const details = { sqlState, ...(constraint === undefined ? {} : { constraint }) };
  if (contended.test(sqlState))
    return new TransientError('postgres-contended', `other transactions were in the way (${sqlState})`, {
      details,
      cause: error,
    });
  if (unavailable.test(sqlState))
    return new TransientError('postgres-unavailable', `PostgreSQL cannot work now (${sqlState})`, {
      details,
      cause: error,
    });
  return new PermanentError('postgres-refused', `PostgreSQL refused a statement (${sqlState})`, {
    details,
    cause: error,
  });
}

/** The SQLSTATE by which PostgreSQL refused the login itself (class 28) or knows no such database: asked again it says the same. */
export function refusedLogin(error: unknown): string | undefined {
  const sqlState = sqlStateOf(error);
  return sqlState !== undefined && /^(28...|3D000)$/.test(sqlState) ? sqlState : undefined;
}

/** Whether PostgreSQL answered that it will not do this, also when asked again by the same role. */
export function isRefused(error: unknown): boolean {
  return error instanceof PermanentError || sqlStateOf(error) === '42501';
}

function sqlStateOf(error: unknown): string | undefined {
  if (!(error instanceof PermanentError || error instanceof TransientError)) return undefined;
  const { sqlState } = error.details;
  return typeof sqlState === 'string' ? sqlState : undefined;
}

const notJson = 'postgres-not-json';

/** Whether the data was at fault (classes 22 and 23, or no JSON), so that a batch may go through without the row concerned. */
export function isRefusedData(error: unknown): boolean {
  if (!(error instanceof PermanentError)) return false;
  const { sqlState } = error.details;
  return error.code === notJson || (typeof sqlState === 'string' && /^2[23]/.test(sqlState));
}

/** JSON text for a json column. @throws PermanentError when the value has none. */
export function json(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    throw new PermanentError(notJson, 'a value that JSON cannot carry', { cause: error });
  }
  if (text === undefined) throw new PermanentError(notJson, 'no value where JSON is needed');
  return text;
}
