import { z } from 'zod';

const kinds = [
  'approve',
  'declined',
  'timeout',
  'error',
  'slow',
  'webhook_repeated',
  'webhook_first',
  'webhook_flood',
] as const;

/** How the simulator treats a charge; `times` is for how many tries of a key it misbehaves (absent: for all). */
export const simulatorMode = z.object({ kind: z.enum(kinds), times: z.int().positive().optional() });
export type SimulatorMode = z.infer<typeof simulatorMode>;

/**
 * The mode that a payment token asks for: `tok_approve`, `tok_declined`, `tok_timeout` (once), `tok_error` (twice, or
 * n times as `tok_error_n`), `tok_slow`, `tok_webhook_repeated`, `tok_webhook_first`, `tok_webhook_flood` (repeated, and first);
 * undefined for an unknown token.
 */
export const modeOfToken = (token: string): SimulatorMode | undefined => {
  const [, name, count] = /^tok_([a-z_]+?)(?:_(\d{1,4}))?$/.exec(token) ?? [];
  const kind = kinds.find((known) => known === name);
  if (kind === undefined) return undefined;
  if (kind === 'timeout') return { kind, times: Number(count ?? 1) };
  if (kind === 'error') return { kind, times: Number(count ?? 2) };
  return { kind };
};
