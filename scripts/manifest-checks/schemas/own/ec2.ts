import { flag, managed, number, reference, text, texts, type OwnKind } from './parts.ts';

/** Rules (CEL) require `region`, and `ipProtocol` of a group's rule; the rest that is required here, AWS does. */
export const ec2Kinds: Readonly<Record<string, OwnKind>> = {
  'ec2.aws.upbound.io/v1beta2 VPCPeeringConnection': managed(
    { region: text, vpcId: text, peerVpcId: text },
    { peerRegion: text, peerOwnerId: text, autoAccept: flag, tags: texts },
  ),
  'ec2.aws.upbound.io/v1beta2 VPCPeeringConnectionAccepter': managed(
    { region: text, vpcPeeringConnectionIdRef: reference },
    { autoAccept: flag, tags: texts },
  ),
  'ec2.aws.upbound.io/v1beta2 Route': managed(
    { region: text, routeTableId: text },
    { destinationCidrBlock: text, vpcPeeringConnectionIdRef: reference },
  ),
  'ec2.aws.upbound.io/v1beta1 SecurityGroup': managed(
    { region: text },
    { name: text, description: text, vpcId: text, tags: texts },
  ),
  'ec2.aws.upbound.io/v1beta1 SecurityGroupIngressRule': managed(
    { region: text, securityGroupIdRef: reference, ipProtocol: text },
    { cidrIpv4: text, fromPort: number, toPort: number, tags: texts },
  ),
};
