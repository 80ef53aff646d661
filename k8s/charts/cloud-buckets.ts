import type { Chart } from 'cdk8s';
import type { Place } from '../place.ts';
import { cloudObject, tagsOf } from './cloud-object.ts';

/** Days for which what was overwritten or deleted can still be had back. */
const daysOfOldVersions = 14;

/** The buckets that the region's backups name: private, encrypted, and never deleted from here. */
export function addBuckets(chart: Chart, place: Place): void {
  for (const name of bucketsOf(place)) addBucket(chart, place, name);
}

function bucketsOf({ region }: Place): readonly string[] {
  return [region.database, region.mongo].flatMap((system) =>
    'backup' in system && 'bucket' in system.backup ? [system.backup.bucket] : [],
  );
}

function addBucket(chart: Chart, place: Place, name: string): void {
  const { cloudRegion } = place.region;
  const add = (kind: string, api: 's3' | 's3Second', forProvider: Readonly<Record<string, unknown>>): void =>
    cloudObject(chart, {
      api,
      kind,
      name,
      isKept: true,
      forProvider: { region: cloudRegion, ...forProvider },
    });
  const bucketRef = { name };
  add('Bucket', 's3Second', { tags: tagsOf(place) });
  add('BucketPublicAccessBlock', 's3', {
    bucketRef,
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  });
  add('BucketServerSideEncryptionConfiguration', 's3Second', {
    bucketRef,
    rule: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }],
  });
  // Whoever gets hold of the role may delete backups: what it deletes stays for a while.
  add('BucketVersioning', 's3Second', { bucketRef, versioningConfiguration: { status: 'Enabled' } });
  add('BucketLifecycleConfiguration', 's3', {
    bucketRef,
    rule: [
      {
        id: 'old-versions',
        status: 'Enabled',
        filter: [{ prefix: '' }],
        noncurrentVersionExpiration: [{ noncurrentDays: daysOfOldVersions }],
        abortIncompleteMultipartUpload: [{ daysAfterInitiation: 7 }],
      },
    ],
  });
}
