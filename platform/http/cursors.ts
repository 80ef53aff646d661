import { createHmac, timingSafeEqual } from 'node:crypto';
import type { z } from 'zod';

const macBytes = 12;

/** Where a list goes on; it is good for the same route and caller only. */
export type CursorScope = { readonly route: string; readonly userId?: string | undefined };

export type Cursors = {
  write(scope: CursorScope, position: unknown): string;
  /** Undefined for a cursor that this deployment did not write for this route and caller. */
  read<Position extends z.ZodType>(
    scope: CursorScope,
    cursor: string,
    position: Position,
  ): z.output<Position> | undefined;
};

/** Opaque cursors: base64url of a short HMAC-SHA256 over scope and position, then the position as JSON. */
export function createCursors(secret: string): Cursors {
  const macOf = ({ route, userId = '' }: CursorScope, json: string): Buffer =>
    createHmac('sha256', secret)
      .update(JSON.stringify(['cursor', route, userId, json]))
      .digest()
      .subarray(0, macBytes);
  return {
    write(scope, position) {
      const json = JSON.stringify(position);
      return Buffer.concat([macOf(scope, json), Buffer.from(json)]).toString('base64url');
    },
    read(scope, cursor, position) {
      const bytes = Buffer.from(cursor, 'base64url');
      // Decoding is lenient: another spelling of the same bytes is not ours.
      if (bytes.length <= macBytes || bytes.toString('base64url') !== cursor) return undefined;
      const json = bytes.toString('utf8', macBytes);
      if (!timingSafeEqual(bytes.subarray(0, macBytes), macOf(scope, json))) return undefined;
      const parsed = position.safeParse(JSON.parse(json));
      return parsed.success ? parsed.data : undefined;
    },
  };
}
