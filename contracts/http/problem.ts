import { z } from 'zod';

/** What is wrong with one part of a request: `lines[0].quantity`, `limit`, `Idempotency-Key`. */
export const fieldError = z.object({
  in: z.enum(['body', 'query', 'path', 'header']),
  field: z.string(),
  message: z.string(),
});
export type FieldError = z.infer<typeof fieldError>;

/** RFC 9457; `code` is stable, `requestId` finds the request in the logs. */
export const problemBody = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
  requestId: z.string(),
  errors: z.array(fieldError).readonly().optional(),
});
export type ProblemBody = z.infer<typeof problemBody>;
