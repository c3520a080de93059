import * as v from "valibot";
import { closed, expectation } from "../expectation.ts";
import { domain, whole } from "./field.ts";

/** A VPC is /16 at most, and a balancer's subnet /27 at least; the range is cut into eight subnets. */
const cidr = v.pipe(
  v.string(),
  v.regex(
    /^(\d{1,3}\.){3}\d{1,3}\/(1[6-9]|2[0-4])$/,
    expectation("an IPv4 range from /16 to /24, such as 10.0.0.0/16", "Choose a range no network beside it uses."),
  ),
);

export const Stage = closed({
  account: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^\d{12}$/, expectation("an AWS account id: twelve digits, in quotes", "Copy it from the account menu.")),
    ),
  ),
  region: v.optional(v.string()),
  runsOn: v.optional(v.picklist(["aws", "loopback"])),
  profile: v.optional(v.picklist(["durable", "disposable"])),
  domain: v.optional(domain),
  deletionProtection: v.optional(v.boolean()),
  network: v.optional(
    closed({
      cidr: v.optional(cidr),
      zones: v.optional(whole(2, 3, "", "A balancer needs two zones at least.")),
      natGateways: v.optional(whole(1, 3, "", "One is the least: tasks reach out through it.")),
    }),
  ),
  redis: v.optional(
    closed({
      nodes: v.optional(whole(1, 6, "", "A replication group has one primary and up to five replicas.")),
      nodeType: v.optional(v.string()),
      snapshotRetentionDays: v.optional(
        whole(0, 35, " days", "ElastiCache keeps snapshots 35 days at most; 0 is none."),
      ),
    }),
  ),
  shards: v.optional(whole(1, 50, "", "A region has 50 balancers by default.")),
  alarmTopic: v.optional(v.string()),
  adopt: v.optional(
    closed({
      hostedZone: v.optional(closed({ id: v.string(), name: domain })),
      secrets: v.optional(
        v.record(
          v.string(),
          v.pipe(
            v.string(),
            v.regex(
              /^arn:aws[\w-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:\S+-[A-Za-z0-9]{6}$/,
              expectation(
                "the full ARN of the secret, with its last six characters",
                "Copy it from `aws secretsmanager describe-secret`.",
              ),
            ),
          ),
        ),
      ),
      alarmTopicArn: v.optional(v.string()),
    }),
  ),
});
