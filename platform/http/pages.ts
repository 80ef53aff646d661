import type { z } from 'zod';
import { invalid, type Answer } from './answer.ts';
import type { Cursors, CursorScope } from './cursors.ts';

export type Page<Item> = { readonly items: readonly Item[]; readonly nextCursor?: string };

/** A list that is read page by page, by the position of the last item of the page before. */
export type PagedList<Position extends z.ZodType, Item> = {
  readonly scope: CursorScope;
  /** What the client sent; undefined for the first page. */
  readonly cursor: string | undefined;
  readonly limit: number;
  readonly position: Position;
  /** Whether a position is of the list as it is narrowed down now; always unless given. */
  readonly isHere?: (position: z.output<Position>) => boolean;
  /** At most `limit` items after a position, or from the beginning. */
  readonly read: (after: z.output<Position> | undefined) => Promise<readonly Item[]>;
  readonly positionOf: (last: Item) => z.output<Position>;
};

/** One page; undefined for a cursor that is not of this list. A page that is not full is the last one. */
export async function readPage<Position extends z.ZodType, Item>(
  cursors: Cursors,
  list: PagedList<Position, Item>,
): Promise<Page<Item> | undefined> {
  const { scope, cursor, limit, position, isHere = () => true, read, positionOf } = list;
  const after = cursor === undefined ? undefined : cursors.read(scope, cursor, position);
  if (cursor !== undefined && (after === undefined || !isHere(after))) return undefined;
  const items = await read(after);
  const last = items.length === limit ? items.at(-1) : undefined;
  return last === undefined ? { items } : { items, nextCursor: cursors.write(scope, positionOf(last)) };
}

/** The answer to a cursor of another list. */
export function notOfThisList(): Answer {
  return invalid('cursor-invalid', [{ in: 'query', field: 'cursor', message: 'is not from this list' }]);
}
