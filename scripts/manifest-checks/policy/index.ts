import type { Finding } from '../manifest.ts';
import type { Scope } from '../scope.ts';
import { checkBasics } from './basics.ts';

/** A rule about what one cluster gets. */
export type Policy = (scope: Scope) => readonly Finding[];

const policies: readonly Policy[] = [checkBasics];

export function checkPolicies(scope: Scope): readonly Finding[] {
  return policies.flatMap((policy) => policy(scope));
}
