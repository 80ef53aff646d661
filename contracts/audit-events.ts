import { z } from 'zod';
import { instant, name } from './event-parts.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** The data of every event on `audit-events`, by type: a chain in which each entry carries the hash before it. */
export const auditEvents = {
  AuditRecorded: z.object({
    chain: name,
    sequence: z.int().nonnegative(),
    previousHash: sha256,
    hash: sha256,
    subject: name,
    action: name,
    dataHash: sha256,
    at: instant,
  }),
};
