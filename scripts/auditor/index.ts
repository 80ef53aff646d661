export { audit, invariants, type AuditOptions } from './audit.ts';
export { auditStack, openSources, type SourceOptions } from './local-sources.ts';
export { renderAudit } from './render.ts';
export { exitCodes, type AuditReport } from './report.ts';
export type { AuditSources } from './sources.ts';
export type { Acknowledged } from './whole/invariant.ts';
