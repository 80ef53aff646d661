import type { Schema } from '../schema.ts';
import { crossplaneKinds } from './crossplane.ts';
import { ec2Kinds } from './ec2.ts';
import { eksKinds } from './eks.ts';
import { iamKinds } from './iam.ts';
import { route53Kinds } from './route53.ts';
import { s3Kinds } from './s3.ts';

/**
 * By `<apiVersion> <kind>`: exactly the fields that the charts use, for kinds whose definitions cannot be laid beside the
 * repository. They are of no account where the project's own definition is there. None of these lives in a namespace.
 */
export const ownKinds: ReadonlyMap<string, Schema> = new Map<string, Schema>(
  Object.entries({ ...crossplaneKinds, ...ec2Kinds, ...eksKinds, ...iamKinds, ...route53Kinds, ...s3Kinds }),
);
