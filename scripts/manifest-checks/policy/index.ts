import type { Finding } from '../manifest.ts';
import type { Scope } from '../scope.ts';
import { checkAccess } from './access.ts';
import { checkApiServerRules } from './api-server.ts';
import { checkAvailability } from './availability.ts';
import { checkBasics } from './basics.ts';
import { checkImageDigests, checkImageTags } from './images.ts';
import { checkMesh } from './mesh.ts';
import { checkNames } from './names/index.ts';
import { checkNetwork } from './network.ts';
import { checkResources } from './resources.ts';
import { checkScaling } from './scaling.ts';
import { checkSecrets } from './secrets.ts';
import { checkSecurityContext } from './security-context.ts';
import { checkSelectors } from './selectors.ts';

/** A rule about what one cluster gets. */
export type Policy = (scope: Scope) => readonly Finding[];

const policies: readonly Policy[] = [
  checkBasics,
  checkApiServerRules,
  checkImageTags,
  checkImageDigests,
  checkResources,
  checkSecurityContext,
  checkAvailability,
  checkScaling,
  checkSecrets,
  checkAccess,
  checkNetwork,
  checkMesh,
  checkSelectors,
  checkNames,
];

export function checkPolicies(scope: Scope): readonly Finding[] {
  return policies.flatMap((policy) => policy(scope));
}
