import { expect } from 'vitest';
import { problemBody, type FieldError } from '../../contracts/http/problem.ts';
import type { GatewayHarness } from './gateway-harness.ts';

type Answered = {
  readonly status: number;
  readonly headers: { get(name: string): string | null | undefined };
  readonly body: unknown;
};

/**
 * Expects problem details of this status and code, which name the field where one is given (`422 request-invalid
 * lines[0].sku`), that no table has a row more or less, and nothing to be logged.
 */
export async function expectRefused(
  harness: GatewayHarness,
  send: () => Promise<Answered>,
  expected: string,
): Promise<FieldError | undefined> {
  const before = await harness.countRows();
  const answered = await send();
  const [status, code, field] = expected.split(' ');
  expect(answered).toMatchObject({ status: Number(status), body: { status: Number(status), code } });
  expect(answered.headers.get('content-type')).toBe('application/problem+json');
  const { errors, requestId } = problemBody.parse(answered.body);
  expect(requestId).not.toBe('');
  if (field !== undefined) expect(errors?.map((error) => error.field)).toContain(field);
  expect(await harness.countRows()).toEqual(before);
  expect(harness.logged).toEqual([]);
  return errors?.find((error) => error.field === field);
}
