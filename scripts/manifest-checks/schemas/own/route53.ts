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

/** What the provider lists for records, and for checks. */
const recordTypes = 'A AAAA CAA CNAME DS HTTPS MX NAPTR NS PTR SOA SPF SRV SSHFP SVCB TLSA TXT'.split(' ');
const checkTypes =
  'HTTP HTTPS HTTP_STR_MATCH HTTPS_STR_MATCH TCP CALCULATED CLOUDWATCH_METRIC RECOVERY_CONTROL'.split(' ');

/** Route 53 has no region. */
export const route53Kinds: Readonly<Record<string, OwnKind>> = {
  'route53.aws.upbound.io/v1beta1 Zone': managed(
    { name: text },
    { comment: text, tags: texts, vpc: listOf(object({ vpcId: text }, { vpcRegion: text })) },
  ),
  'route53.aws.upbound.io/v1beta1 HealthCheck': managed(
    { type: oneOf(...checkTypes) },
    {
      fqdn: text,
      port: number,
      resourcePath: text,
      requestInterval: number,
      failureThreshold: number,
      enableSni: flag,
      measureLatency: flag,
      tags: texts,
    },
  ),
  'route53.aws.upbound.io/v1beta2 Record': managed(
    { zoneId: text, name: text, type: oneOf(...recordTypes) },
    {
      setIdentifier: text,
      weightedRoutingPolicy: object({ weight: number }),
      healthCheckIdRef: reference,
      alias: object({ name: text, zoneId: text, evaluateTargetHealth: flag }),
    },
  ),
};
