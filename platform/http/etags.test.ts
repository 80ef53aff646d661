import { expect, test } from 'vitest';
import { conditional, contentTag, requiredVersion, versionTag } from './etags.ts';

test.each([
  [undefined, 200],
  ['"v3"', 304],
  ['W/"v3"', 304],
  ['"v1", W/"v3"', 304],
  ['*', 304],
  ['"v30"', 200],
  ['v3', 200],
])('If-None-Match: %s', (header, status) => {
  const result = conditional(header, versionTag(3), { a: 1 });
  expect(result.status).toBe(status);
  expect(result.headers).toEqual({ etag: '"v3"' });
  expect(result.body).toEqual(status === 200 ? { a: 1 } : undefined);
});

test.each([
  [undefined, undefined],
  ['*', undefined],
  ['"v3"', 3],
  [' "v0" ', 0],
  ['W/"v3"', 'never'],
  ['"3"', 'never'],
  ['"v3", "v4"', 'never'],
])('If-Match: %s', (header, version) => {
  expect(requiredVersion(header)).toBe(version);
});

test('the tag of a content follows from the content', () => {
  expect(contentTag({ a: 1 })).toBe(contentTag({ a: 1 }));
  expect(contentTag({ a: 1 })).not.toBe(contentTag({ a: 2 }));
});
