import { flag, managed, reference, text, texts } from './parts.ts';

// Read in apis/cluster/ec2/v1beta1 of crossplane-contrib/provider-upjet-aws: zz_<kind>_types.go.
export const ec2Kinds = {
  'ec2.aws.upbound.io/v1beta1 VPCPeeringConnection': managed(
    { region: text, vpcId: text, peerVpcId: text },
    { peerRegion: text, peerOwnerId: text, autoAccept: flag, tags: texts },
  ),
  'ec2.aws.upbound.io/v1beta1 VPCPeeringConnectionAccepter': managed(
    { region: text, vpcPeeringConnectionIdRef: reference },
    { autoAccept: flag, tags: texts },
  ),
  'ec2.aws.upbound.io/v1beta1 Route': managed(
    { region: text, routeTableId: text },
    { destinationCidrBlock: text, vpcPeeringConnectionIdRef: reference },
  ),
};
