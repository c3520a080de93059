/**
 * On-demand list prices in us-east-1, in US dollars, from the services' pricing pages. What depends on use (requests,
 * gigabytes) is not estimated: `docs/runbook.md` says where to see it.
 */
export const prices = {
  region: "us-east-1",
  asOf: "2025-06",
  /** https://aws.amazon.com/fargate/pricing/ */
  fargate: {
    X86_64: { vcpuHour: 0.04048, gigabyteHour: 0.004445 },
    ARM64: { vcpuHour: 0.03238, gigabyteHour: 0.00356 },
  },
  /** https://aws.amazon.com/elasticloadbalancing/pricing/ */
  balancerHour: 0.0225,
  /** https://aws.amazon.com/vpc/pricing/ */
  natGatewayHour: 0.045,
  publicAddressHour: 0.005,
  /** https://aws.amazon.com/elasticache/pricing/, Redis OSS nodes */
  redisNodeHour: {
    "cache.t4g.micro": 0.016,
    "cache.t4g.small": 0.032,
    "cache.t4g.medium": 0.065,
    "cache.m7g.large": 0.158,
    "cache.r7g.large": 0.219,
  },
  /** https://aws.amazon.com/secrets-manager/pricing/ */
  secretMonth: 0.4,
  /** https://aws.amazon.com/cloudwatch/pricing/: an alarm of standard resolution on one metric */
  alarmMonth: 0.1,
  /** https://aws.amazon.com/route53/pricing/ */
  hostedZoneMonth: 0.5,
  /** https://aws.amazon.com/kms/pricing/ */
  keyMonth: 1,
} as const;

/** As AWS counts a month: https://calculator.aws */
export const hoursPerMonth = 730;
