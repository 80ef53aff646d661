import {
  MongoBulkWriteError,
  MongoClientClosedError,
  MongoError,
  MongoNetworkError,
  MongoNotConnectedError,
  MongoSystemError,
  MongoTopologyClosedError,
  type Db,
} from 'mongodb';
import { PermanentError, TransientError } from '../../platform/errors.ts';
import { createBreaker, type Breaker } from '../breaker.ts';

/** Calls to MongoDB behind one breaker; its errors are ours. */
export function createMongoCalls({ client }: Pick<Db, 'client'>): Pick<Breaker, 'call'> {
  const breaker = createBreaker({ target: 'mongo' });
  // The driver connects by itself once: after a first try that failed it takes the client for closed until it is told again.
  let connected: Promise<unknown> | undefined;
  const connect = (): Promise<unknown> =>
    (connected ??= client.connect().catch((error: unknown) => {
      connected = undefined;
      throw error;
    }));
  return {
    call: (operation, work) => breaker.call(operation, () => connect().then(work).catch(raiseOurs)),
  };
}

const absences = [
  MongoNetworkError,
  MongoSystemError,
  MongoTopologyClosedError,
  MongoNotConnectedError,
  MongoClientClosedError,
];

// The server's codes for "not now": elections, shutdowns, time-outs, write conflicts and a full disk (error_codes.yml of
// MongoDB); and for a login or a right that we have no more (8000 is Atlas's): no event is at fault, and none may be put aside.
const passingCodes = new Set<unknown>([
  6, 7, 50, 64, 89, 91, 112, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436, 14031, 11, 13, 18, 8000,
]);

/** @throws a TransientError where the same call may succeed later, else a PermanentError; what is not of MongoDB as it is. */
function raiseOurs(cause: unknown): never {
  if (!(cause instanceof MongoError)) throw cause;
  const origin = originOf(cause);
  const details = origin.code === undefined ? {} : { mongoCode: origin.code };
  if (passes(origin))
    throw new TransientError('mongo-unavailable', 'MongoDB did not answer', { details, cause });
  throw new PermanentError('mongo-refused', 'MongoDB refused the call', { details, cause });
}

/** What went wrong before the server could judge any document comes out of a bulk write as an error of the bulk write. */
function originOf(error: MongoError): MongoError {
  const within = error instanceof MongoBulkWriteError ? (error.errorResponse as unknown) : undefined;
  return within instanceof MongoError ? within : error;
}

function passes(error: MongoError): boolean {
  return (
    absences.some((absence) => error instanceof absence) ||
    isUnconfirmed(error) ||
    error.name === 'MongoWaitQueueTimeoutError' ||
    error.hasErrorLabel('RetryableWriteError') ||
    passingCodes.has(error.code)
  );
}

/** A bulk write of which the server refused no document: it could not fulfil the write concern, by whatever code. */
function isUnconfirmed(error: MongoError): boolean {
  return (
    error instanceof MongoBulkWriteError &&
    typeof error.code === 'number' &&
    [error.writeErrors].flat().length === 0
  );
}
