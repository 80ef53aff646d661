import { allow, type Statement } from './rights.ts';
import type { Place } from '../place.ts';

const elb = (...actions: readonly string[]): string[] =>
  actions.map((action) => `elasticloadbalancing:${action}`);

/** The controller of load balancers changes those with its cluster's tag, and what else it made. */
export function balancerRights({ environment, region }: Place): readonly Statement[] {
  const own = { StringEquals: { 'aws:ResourceTag/elbv2.k8s.aws/cluster': region.cluster } };
  const fresh = { StringEquals: { 'aws:RequestTag/elbv2.k8s.aws/cluster': region.cluster } };
  const network = `arn:aws:ec2:${region.cloudRegion}:${environment.account.id}`;
  return [
    allow([
      ...elb(
        'DescribeListenerAttributes',
        'DescribeListenerCertificates',
        'DescribeListeners',
        'DescribeLoadBalancerAttributes',
        'DescribeLoadBalancers',
        'DescribeRules',
        'DescribeSSLPolicies',
        'DescribeTags',
        'DescribeTargetGroupAttributes',
        'DescribeTargetGroups',
        'DescribeTargetHealth',
      ),
      'ec2:DescribeAccountAttributes',
      'ec2:DescribeAddresses',
      'ec2:DescribeAvailabilityZones',
      'ec2:DescribeInstances',
      'ec2:DescribeInternetGateways',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeRouteTables',
      'ec2:DescribeSecurityGroupRules',
      'ec2:DescribeSecurityGroups',
      'ec2:DescribeSubnets',
      'ec2:DescribeTags',
      'ec2:DescribeVpcPeeringConnections',
      'ec2:DescribeVpcs',
      'ec2:GetSecurityGroupsForVpc',
    ]),
    allow(elb('CreateLoadBalancer', 'CreateTargetGroup', 'AddTags'), ['*'], fresh),
    // Listeners and rules have no tag of their own when they are made.
    allow(elb('CreateListener', 'CreateRule'), ['*'], own),
    allow(
      elb(
        'AddListenerCertificates',
        'AddTags',
        'DeleteListener',
        'DeleteLoadBalancer',
        'DeleteRule',
        'DeleteTargetGroup',
        'DeregisterTargets',
        'ModifyListener',
        'ModifyListenerAttributes',
        'ModifyLoadBalancerAttributes',
        'ModifyRule',
        'ModifyTargetGroup',
        'ModifyTargetGroupAttributes',
        'RegisterTargets',
        'RemoveListenerCertificates',
        'RemoveTags',
        'SetIpAddressType',
        'SetSecurityGroups',
        'SetSubnets',
      ),
      ['*'],
      own,
    ),
    allow(['ec2:CreateSecurityGroup'], [`${network}:vpc/${region.network.vpcId}`]),
    allow(['ec2:CreateSecurityGroup', 'ec2:CreateTags'], [`${network}:security-group/*`], fresh),
    allow(['ec2:DeleteSecurityGroup'], [`${network}:security-group/*`], own),
    // Also the nodes' own group, so that balancers reach the pods behind it.
    allow(
      ['ec2:AuthorizeSecurityGroupIngress', 'ec2:RevokeSecurityGroupIngress'],
      [`${network}:security-group/*`],
      { ArnEquals: { 'ec2:Vpc': `${network}:vpc/${region.network.vpcId}` } },
    ),
  ];
}
