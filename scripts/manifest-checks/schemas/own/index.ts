import { atlasKinds } from './atlas.ts';
import { crossplaneKinds } from './crossplane.ts';
import { ec2Kinds } from './ec2.ts';
import { eksKinds } from './eks.ts';
import { iamKinds } from './iam.ts';
import { kafkaKinds } from './kafka.ts';
import { kmsKinds } from './kms.ts';
import type { OwnKind } from './parts.ts';
import { rdsKinds } from './rds.ts';
import { route53Kinds } from './route53.ts';
import { s3Kinds } from './s3.ts';

/**
 * By `<apiVersion> <kind>`: exactly the fields that the charts use, for kinds whose definitions cannot be laid beside the
 * repository. They are of no account where the project's own definition is there. What each was compared with is in
 * docs/manifest-checks.md.
 */
export const ownKinds: ReadonlyMap<string, OwnKind> = new Map(
  Object.entries({
    ...crossplaneKinds,
    ...ec2Kinds,
    ...eksKinds,
    ...iamKinds,
    ...kmsKinds,
    ...rdsKinds,
    ...kafkaKinds,
    ...atlasKinds,
    ...route53Kinds,
    ...s3Kinds,
  }),
);
