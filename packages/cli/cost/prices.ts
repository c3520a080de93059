/**
 * On-demand list prices in us-east-1, in US dollars, without free tiers. Each names AWS's page, and the month of the
 * most recent dated source that quotes it, if any; `asOf` is the month since which nothing contradicting it was
 * found.
 */
export const prices = {
  region: "us-east-1",
  asOf: "2026-03",
  /** https://aws.amazon.com/fargate/pricing/, 2026-03: Linux, billed by the second */
  fargate: {
    X86_64: { vcpuHour: 0.04048, gigabyteHour: 0.004445 },
    ARM64: { vcpuHour: 0.03238, gigabyteHour: 0.00356 },
    /** "Up to 70 % off", and follows supply: what Spot costs of that is for an estimate, no more. */
    spotShare: 0.3,
  },
  /** https://aws.amazon.com/elasticloadbalancing/pricing/; quoted everywhere, without a date */
  balancerHour: 0.0225,
  balancerUnitHour: 0.008,
  /** https://aws.amazon.com/vpc/pricing/, 2026-05 */
  natGatewayHour: 0.045,
  natGatewayGigabyte: 0.045,
  publicAddressHour: 0.005,
  /** https://aws.amazon.com/privatelink/pricing/: in each zone */
  endpointHour: 0.01,
  /** https://aws.amazon.com/elasticache/pricing/, 2026-10: nodes with Redis OSS, which cost more than with Valkey */
  redisNodeHour: {
    "cache.t4g.micro": 0.016,
    "cache.t4g.small": 0.032,
    "cache.t4g.medium": 0.065,
    "cache.m7g.large": 0.158,
    "cache.m7g.xlarge": 0.315,
    "cache.r7g.large": 0.219,
    "cache.r7g.xlarge": 0.437,
  },
  /** https://aws.amazon.com/secrets-manager/pricing/; quoted everywhere, last with a date in 2024 */
  secretMonth: 0.4,
  /** https://aws.amazon.com/cloudwatch/pricing/, 2026-06: an alarm of standard resolution on one metric */
  alarmMonth: 0.1,
  /** https://aws.amazon.com/cloudwatch/pricing/, 2026-06; metric math is billed by the metrics it names */
  compositeAlarmMonth: 0.5,
  /** https://aws.amazon.com/cloudwatch/pricing/, 2026-06: each of the first 10,000 of one's own, as those of Container Insights */
  metricMonth: 0.3,
  logGigabyte: 0.5,
  /** https://aws.amazon.com/lambda/pricing/, ARM: a call, and a gigabyte for a second */
  functionCall: 0.2 / 1_000_000,
  functionGigabyteSecond: 0.0000133334,
  /** https://aws.amazon.com/route53/pricing/, 2026-10: each of the first 25 */
  hostedZoneMonth: 0.5,
  /** https://aws.amazon.com/kms/pricing/, 2026-06: each of its first two yearly rotations adds as much again */
  keyMonth: 1,
  /** https://aws.amazon.com/waf/pricing/; quoted everywhere, last with a date in 2025 */
  webAclMonth: 5,
  webAclRuleMonth: 1,
  webAclMillion: 0.6,
} as const;

/** As AWS counts a month: https://calculator.aws */
export const hoursPerMonth = 730;
