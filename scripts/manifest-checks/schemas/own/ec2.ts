import { flag, managed, reference, text, texts, type OwnKind } from './parts.ts';

/** No rule (CEL) requires more than `region`; the rest that is required here, AWS does. */
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
};
