import {
  flag,
  listOf,
  managed,
  number,
  object,
  oneOf,
  reference,
  text,
  texts,
  type OwnKind,
} from './parts.ts';

const ofBucket = { region: text, bucketRef: reference };

export const s3Kinds: Readonly<Record<string, OwnKind>> = {
  's3.aws.upbound.io/v1beta2 Bucket': managed({ region: text }, { tags: texts }),
  's3.aws.upbound.io/v1beta1 BucketPublicAccessBlock': managed(ofBucket, {
    blockPublicAcls: flag,
    blockPublicPolicy: flag,
    ignorePublicAcls: flag,
    restrictPublicBuckets: flag,
  }),
  's3.aws.upbound.io/v1beta2 BucketServerSideEncryptionConfiguration': managed({
    ...ofBucket,
    rule: listOf(
      object(
        {},
        {
          applyServerSideEncryptionByDefault: object({
            sseAlgorithm: oneOf('AES256', 'aws:kms', 'aws:kms:dsse'),
          }),
        },
      ),
    ),
  }),
  's3.aws.upbound.io/v1beta2 BucketVersioning': managed({
    ...ofBucket,
    versioningConfiguration: object({ status: oneOf('Enabled', 'Suspended', 'Disabled') }),
  }),
  // Stored at this version still, by which one entry of a rule is a list.
  's3.aws.upbound.io/v1beta1 BucketLifecycleConfiguration': managed(ofBucket, {
    rule: listOf(
      object(
        { id: text, status: oneOf('Enabled', 'Disabled') },
        {
          filter: listOf(object({}, { prefix: text })),
          noncurrentVersionExpiration: listOf(object({ noncurrentDays: number })),
          abortIncompleteMultipartUpload: listOf(object({}, { daysAfterInitiation: number })),
        },
      ),
    ),
  }),
};
