import { expect, test } from 'vitest';
import { z } from 'zod';
import { createCursors } from './cursors.ts';

const position = z.strictObject({ afterSku: z.string() });
const scope = { route: '/v1/products', userId: 'usr_1' };
const cursors = createCursors('a secret of this deployment');
const cursor = cursors.write(scope, { afterSku: 'tea-1' });

test('a cursor goes on where it was written', () => {
  expect(cursor).toMatch(/^[\w-]+$/);
  expect(cursors.read(scope, cursor, position)).toEqual({ afterSku: 'tea-1' });
});

test.each([
  ['of another route', { ...scope, route: '/v1/orders' }, cursor],
  ['of another user', { ...scope, userId: 'usr_2' }, cursor],
  ['of nobody', { route: scope.route }, cursor],
  ['of another deployment', scope, createCursors('another secret').write(scope, { afterSku: 'tea-1' })],
  ['with another position', scope, cursor.replace(/.{4}$/, 'AAAA')],
  ['in another spelling', scope, `${cursor}=`],
  ['of another shape', scope, cursors.write(scope, { afterOrder: 1 })],
  ['too short', scope, cursor.slice(0, 10)],
  ['that is none', scope, 'x!'],
])('a cursor %s is not read', (_what, where, text) => {
  expect(cursors.read(where, text, position)).toBeUndefined();
});

test('every changed character is noticed', () => {
  for (let at = 0; at < cursor.length; at += 1) {
    const other = cursor[at] === 'A' ? 'B' : 'A';
    const changed = cursor.slice(0, at) + other + cursor.slice(at + 1);
    expect(cursors.read(scope, changed, position)).toBeUndefined();
  }
});
