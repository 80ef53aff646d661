import {
  MongoBulkWriteError,
  MongoNetworkError,
  MongoServerError,
  type BulkWriteResult,
  type MongoClient,
  type WriteError,
} from 'mongodb';
import { expect, test } from 'vitest';
import { createMongoCalls } from './calls.ts';

const database = { client: { connect: () => Promise.resolve() } as unknown as MongoClient };

const outcomeOf = (error: Error): Promise<unknown> =>
  createMongoCalls(database)
    .call('test', () => Promise.reject(error))
    .catch((thrown: unknown) => thrown);

test.each([
  ['an election', 10107],
  ['a time-out', 50],
  ['a full disk', 14031],
  ['a login that is not known', 11],
  ['a password that was changed', 18],
  ['a right that is gone', 13],
  ["one of Atlas's refusals", 8000],
])('%s is no fault of an event: it is waited for', async (_what, code) => {
  const error = new MongoServerError({ message: 'some text of the server', code });
  expect(await outcomeOf(error)).toMatchObject({ name: 'TransientError', details: { mongoCode: code } });
});

test('a connection that broke is waited for, and a document that is refused is not', async () => {
  expect(await outcomeOf(new MongoNetworkError('broken'))).toMatchObject({ name: 'TransientError' });
  const refused = new MongoServerError({ message: 'too large', code: 10334 });
  expect(await outcomeOf(refused)).toMatchObject({ name: 'PermanentError', code: 'mongo-refused' });
});

test('a bulk write whose write concern was not fulfilled is waited for, whatever the code', async () => {
  const unconfirmed = new MongoBulkWriteError(
    { message: 'not enough members', code: 100, writeErrors: [] },
    {} as BulkWriteResult,
  );
  expect(await outcomeOf(unconfirmed)).toMatchObject({
    name: 'TransientError',
    details: { mongoCode: 100 },
  });
  const refused = new MongoBulkWriteError(
    { message: 'too large', code: 10334, writeErrors: [{ code: 10334, index: 0 } as WriteError] },
    {} as BulkWriteResult,
  );
  expect(await outcomeOf(refused)).toMatchObject({ name: 'PermanentError', code: 'mongo-refused' });
});

test('a bulk write that failed before it reached a server, by no fault of the network, is not waited for', async () => {
  const unsent = new MongoBulkWriteError(new TypeError('cannot be written'), {} as BulkWriteResult);
  expect(await outcomeOf(unsent)).toMatchObject({ name: 'PermanentError', code: 'mongo-refused' });
});

test('an error of ours stays as it is', async () => {
  const error = new TypeError('not a function');
  expect(await outcomeOf(error)).toBe(error);
});
