import type { LocalStack } from '../../environments/local.ts';
import { audit, type AuditOptions } from './audit.ts';
import type { AuditReport } from './report.ts';
import { openSources, type SourceOptions } from './sources.ts';

export { audit, invariants, type AuditOptions } from './audit.ts';
export { renderAudit } from './render.ts';
export { exitCodes, type AuditReport } from './report.ts';
export { openSources, type AuditSources, type SourceOptions } from './sources.ts';
export type { Acknowledged } from './whole/invariant.ts';

/** Audits a local stack with clients of its own. */
export async function auditStack(
  stack: LocalStack,
  options: AuditOptions & SourceOptions = {},
): Promise<AuditReport> {
  const opened = openSources(stack, options);
  try {
    return await audit(opened.sources, options);
  } finally {
    await opened.close();
  }
}
