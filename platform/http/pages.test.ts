import { expect, test } from 'vitest';
import { z } from 'zod';
import { createCursors } from './cursors.ts';
import { readPage, type PagedList } from './pages.ts';

const cursors = createCursors('a secret of this deployment');
const position = z.strictObject({ after: z.number() });
const all = [1, 2, 3, 4, 5];

const list = (
  cursor: string | undefined,
  more: Partial<PagedList<typeof position, number>> = {},
): PagedList<typeof position, number> => ({
  scope: { route: '/v1/numbers' },
  cursor,
  limit: 2,
  position,
  read: async (from) => all.filter((item) => item > (from?.after ?? 0)).slice(0, 2),
  positionOf: (last) => ({ after: last }),
  ...more,
});

test('page after page gives each item once, and ends', async () => {
  const pages: number[][] = [];
  let cursor: string | undefined;
  do {
    const page = await readPage(cursors, list(cursor));
    pages.push([...page!.items]);
    cursor = page!.nextCursor;
  } while (cursor !== undefined);
  expect(pages).toEqual([[1, 2], [3, 4], [5]]);
});

test('a cursor of another list, or of the same one narrowed down otherwise, is none', async () => {
  const { nextCursor } = (await readPage(cursors, list(undefined)))!;
  expect(await readPage(cursors, list(nextCursor, { scope: { route: '/v1/others' } }))).toBeUndefined();
  expect(await readPage(cursors, list('x'))).toBeUndefined();
  expect(await readPage(cursors, list(nextCursor, { isHere: ({ after }) => after > 2 }))).toBeUndefined();
  expect(await readPage(cursors, list(nextCursor, { isHere: ({ after }) => after === 2 }))).toMatchObject({
    items: [3, 4],
  });
});
