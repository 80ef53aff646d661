import type { Place } from '../place.ts';
import { leanersOf, leansOn } from '../mesh-links.ts';
import { kafkaNames, meshNames, postgresNames } from '../names.ts';
import { guestsOf, keeperOf } from '../system-addresses.ts';
import { configOf } from '../system-variables.ts';

/** A statement of an IAM policy that allows. */
export type Statement = {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
};

/** A statement about everything unless it says what. */
export const allow = (
  actions: readonly string[],
  resources: readonly string[] = ['*'],
  condition?: Statement['condition'],
): Statement => ({ actions, resources, ...(condition === undefined ? {} : { condition }) });

const zoneOf = ({ environment }: Place): string =>
  `arn:aws:route53:::hostedzone/${environment.account.zoneId}`;
const readZones = allow([
  'route53:ListHostedZones',
  'route53:ListResourceRecordSets',
  'route53:ListTagsForResources',
]);
const change = ['route53:ChangeResourceRecordSets'];

/** Of a database that another region keeps: whom to trust, and the password. */
const keptFor = [postgresNames.authoritySecret, configOf('postgres')];

/** What a role may do, by what its pods are for: no more than one cluster's things, where AWS can tell them apart. */
export const rights = {
  /** Backups are written, read and, when they are old, deleted. */
  bucket: (name: string): readonly Statement[] => [
    allow(
      ['s3:ListBucket', 's3:GetBucketLocation', 's3:ListBucketMultipartUploads'],
      [`arn:aws:s3:::${name}`],
    ),
    allow(
      [
        's3:GetObject',
        's3:PutObject',
        's3:DeleteObject',
        's3:AbortMultipartUpload',
        's3:ListMultipartUploadParts',
      ],
      [`arn:aws:s3:::${name}/*`],
    ),
  ],

  publicNames: (place: Place): readonly Statement[] => [readZones, allow(change, [zoneOf(place)])],

  /** Route 53 gives the private zone its id when Crossplane makes it: the names tell it apart. */
  privateNames: ({ environment, region }: Place): readonly Statement[] => [
    readZones,
    allow(change, ['arn:aws:route53:::hostedzone/*'], {
      'ForAllValues:StringLike': {
        'route53:ChangeResourceRecordSetsNormalizedRecordNames': [
          `*.${region.name}.internal.${environment.domain}`,
        ],
      },
    }),
  ],

  /** cert-manager proves to Let's Encrypt that a name is ours by a TXT record. */
  proofsOfNames: (place: Place): readonly Statement[] => [
    allow(['route53:ListHostedZonesByName']),
    allow(['route53:GetChange'], ['arn:aws:route53:::change/*']),
    allow([...change, 'route53:ListResourceRecordSets'], [zoneOf(place)], {
      'ForAllValues:StringEquals': { 'route53:ChangeResourceRecordSetsRecordTypes': ['TXT'] },
    }),
  ],

  /** Of those who speak to brokers of MSK, by the region's own authority. */
  clientCertificates: (authority: string): readonly Statement[] => [
    allow(
      ['DescribeCertificateAuthority', 'GetCertificate', 'IssueCertificate'].map(
        (action) => `acm-pca:${action}`,
      ),
      [authority],
    ),
  ],

  /** All that is stored for the region; of the others what they show it; and what it shows them is written. */
  secrets: (place: Place): readonly Statement[] => {
    const { environment, region } = place;
    const stored = (cloudRegion: string, path: string): string =>
      `arn:aws:secretsmanager:${cloudRegion}:${environment.account.id}:secret:${environment.secrets.prefix}/${path}`;
    const read = ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'];
    const write = ['CreateSecret', 'PutSecretValue', 'UpdateSecret', 'TagResource', 'DeleteSecret'];
    const others = environment.regions.filter(({ name }) => name !== region.name);
    return [
      allow(read, [stored(region.cloudRegion, `${region.name}/*`)]),
      ...(others.length === 0
        ? []
        : [
            allow(
              read,
              others.flatMap(({ cloudRegion, name }) =>
                [
                  kafkaNames.authoritySecret,
                  kafkaNames.mirrorUser(region.name),
                  ...(keeperOf(place)?.region.name === name ? keptFor : []),
                  ...(leansOn(place).some((there) => there.name === name)
                    ? [meshNames.reader(region.name)]
                    : []),
                ].map((shown) => stored(cloudRegion, `${name}/${shown}-*`)),
              ),
            ),
            allow(
              write.map((action) => `secretsmanager:${action}`),
              [
                kafkaNames.authoritySecret,
                kafkaNames.mirrorUser('*'),
                ...(guestsOf(place).length > 0 ? [postgresNames.authoritySecret] : []),
                ...(leanersOf(place).length > 0 ? [meshNames.reader('*')] : []),
              ].map((shown) => stored(region.cloudRegion, `${region.name}/${shown}-*`)),
            ),
          ]),
    ];
  },
} as const;
