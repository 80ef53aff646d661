import { allow, type Statement } from './rights.ts';
import type { Place } from '../place.ts';

/** Karpenter makes and ends machines with the cluster's tag, and no others; they get the nodes' role. */
export function nodeRights({ environment, region }: Place, nodeRole: string): readonly Statement[] {
  const owned = `kubernetes.io/cluster/${region.cluster}`;
  const queue = `arn:aws:sqs:${region.cloudRegion}:${environment.account.id}:${region.cluster}`;
  const cluster = `arn:aws:eks:${region.cloudRegion}:${environment.account.id}:cluster/${region.cluster}`;
  const ec2 = (...kinds: readonly string[]): string[] =>
    kinds.map((kind) => `arn:aws:ec2:${region.cloudRegion}:*:${kind}/*`);
  const machines = [
    'fleet',
    'instance',
    'volume',
    'network-interface',
    'launch-template',
    'spot-instances-request',
  ];
  return [
    allow(
      ['ec2:RunInstances', 'ec2:CreateFleet'],
      [
        ...ec2('subnet', 'security-group', 'capacity-reservation'),
        `arn:aws:ec2:${region.cloudRegion}::image/*`,
        `arn:aws:ec2:${region.cloudRegion}::snapshot/*`,
      ],
    ),
    allow(['ec2:RunInstances', 'ec2:CreateFleet'], ec2('launch-template'), {
      StringEquals: { [`aws:ResourceTag/${owned}`]: 'owned' },
    }),
    allow(
      ['ec2:RunInstances', 'ec2:CreateFleet', 'ec2:CreateLaunchTemplate', 'ec2:CreateTags'],
      ec2(...machines),
      {
        StringEquals: { [`aws:RequestTag/${owned}`]: 'owned' },
      },
    ),
    allow(
      ['ec2:TerminateInstances', 'ec2:DeleteLaunchTemplate', 'ec2:CreateTags'],
      ec2('instance', 'launch-template'),
      {
        StringEquals: { [`aws:ResourceTag/${owned}`]: 'owned' },
      },
    ),
    allow(
      [
        'ec2:DescribeAvailabilityZones',
        'ec2:DescribeCapacityReservations',
        'ec2:DescribeImages',
        'ec2:DescribeInstances',
        'ec2:DescribeInstanceStatus',
        'ec2:DescribeInstanceTypeOfferings',
        'ec2:DescribeInstanceTypes',
        'ec2:DescribeLaunchTemplates',
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeSpotPriceHistory',
        'ec2:DescribeSubnets',
        'pricing:GetProducts',
      ],
      ['*'],
    ),
    allow(['ssm:GetParameter'], [`arn:aws:ssm:${region.cloudRegion}::parameter/aws/service/*`]),
    allow(['eks:DescribeCluster'], [cluster]),
    allow(['sqs:DeleteMessage', 'sqs:GetQueueUrl', 'sqs:ReceiveMessage'], [queue]),
    allow(['iam:PassRole'], [nodeRole], { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } }),
    allow(
      ['Create', 'Tag', 'AddRoleTo', 'RemoveRoleFrom', 'Delete', 'Get'].map(
        (verb) => `iam:${verb}InstanceProfile`,
      ),
      [`arn:aws:iam::${environment.account.id}:instance-profile/*`],
    ),
    allow(['iam:ListInstanceProfiles']),
  ];
}
