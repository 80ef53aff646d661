import type { Chart } from 'cdk8s';
import { postgresNames } from '../names.ts';
import type { Place } from '../place.ts';
import { cloudObject, tagsOf } from './cloud-object.ts';

/** By what an Aurora cluster refers to its network and its key. */
export type AuroraParts = {
  readonly kmsKeyIdRef: { readonly name: string };
  readonly dbSubnetGroupNameRef: { readonly name: string };
  readonly vpcSecurityGroupIdRefs: readonly { readonly name: string }[];
};

/**
 * The region's own key, which a copy of an encrypted cluster of another region must name, and where its machines are: left to
 * itself, RDS takes the account's default network. All of the cluster's name.
 * @param users the ranges of addresses that may ask it
 */
export function addAuroraParts(
  chart: Chart,
  place: Place,
  name: string,
  users: readonly string[],
): AuroraParts {
  const { cloudRegion, network } = place.region;
  const named = { ...tagsOf(place), Name: name };
  cloudObject(chart, {
    api: 'kms',
    kind: 'Key',
    name,
    isKept: true,
    forProvider: {
      region: cloudRegion,
      description: `Disks and backups of ${name}`,
      enableKeyRotation: true,
      // Without it nobody reads a backup again.
      deletionWindowInDays: 30,
      tags: named,
    },
  });
  cloudObject(chart, {
    api: 'rds',
    kind: 'SubnetGroup',
    name,
    forProvider: {
      region: cloudRegion,
      description: `Where ${name} is`,
      subnetIds: network.subnetIds,
      tags: named,
    },
  });
  cloudObject(chart, {
    api: 'ec2First',
    kind: 'SecurityGroup',
    name,
    forProvider: {
      region: cloudRegion,
      name,
      description: `Who asks ${name}`,
      vpcId: network.vpcId,
      tags: named,
    },
  });
  for (const range of users) {
    cloudObject(chart, {
      api: 'ec2First',
      kind: 'SecurityGroupIngressRule',
      name: `${name}-${range.replaceAll(/[./]/g, '-')}`,
      forProvider: {
        region: cloudRegion,
        securityGroupIdRef: { name },
        cidrIpv4: range,
        ipProtocol: 'tcp',
        fromPort: postgresNames.port,
        toPort: postgresNames.port,
        tags: named,
      },
    });
  }
  return {
    kmsKeyIdRef: { name },
    dbSubnetGroupNameRef: { name },
    vpcSecurityGroupIdRefs: [{ name }],
  };
}
