import * as v from "valibot";
import { interfaceEndpoints } from "../definition/stage.ts";
import { closed, expectation } from "../expectation.ts";
import { domain, filled, isObject, list, matching, named, region, whole } from "./field.ts";

/** A VPC is /16 at most, and a balancer's subnet /27 at least; the range is cut into eight subnets. */
const range = "an IPv4 range from /16 to /24 that begins at its first address, such as 10.0.0.0/16";
const choose = "Choose a range that no neighbouring network uses.";
const cidr = v.pipe(
  matching(/^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!\/)|(?=\/))){4}\/(1[6-9]|2[0-4])$/, range, choose),
  v.check(beginsAtFirst, expectation(range, choose)),
);

function beginsAtFirst(text: string): boolean {
  const [network = "", bits = ""] = text.split("/");
  const address = network.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  return address % 2 ** (32 - Number(bits)) === 0;
}

const TaggedSubnets = closed({
  tag: filled("the key of a tag", "Copy it from the subnets."),
  value: filled("the value of a tag", "Copy it from the subnets."),
});
const SubnetIds = v.pipe(
  list(
    matching(/^subnet-[0-9a-f]{8,17}$/, "a subnet's id, such as subnet-0123456789abcdef0", "Copy it from the VPC."),
    "subnets' ids",
  ),
  v.minLength(2, expectation("two subnets at least, in different zones", "A balancer needs two zones: add one.")),
);
const Subnets = v.lazy((input) => (isObject(input) && !Array.isArray(input) ? TaggedSubnets : SubnetIds));
const role = matching(
  /^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,576}$/,
  "the ARN of a role",
  "Copy it from IAM; people who log in by IAM Identity Center have roles under aws-reserved/sso.amazonaws.com/.",
);
const Probe = closed({
  everyMinutes: v.optional(whole(1, 60, " minutes", "EventBridge knows no less than a minute; 1 is the default.")),
  metrics: v.optional(v.picklist(["up", "all"])),
});
const Off = v.literal(
  false,
  expectation("{ everyMinutes?, metrics? } or false", "Write { everyMinutes: 5 }, or false for no probe."),
);

export const Stage = closed({
  account: v.optional(
    matching(/^\d{12}$/, "an AWS account id: twelve digits, in quotes", "Copy it from the account menu."),
  ),
  region: v.optional(region),
  runsOn: v.optional(v.picklist(["aws", "loopback"])),
  profile: v.optional(v.picklist(["durable", "disposable"])),
  domain: v.optional(domain),
  deletionProtection: v.optional(v.boolean()),
  network: v.optional(
    closed({
      cidr: v.optional(cidr),
      zones: v.optional(whole(2, 3, "", "A balancer needs at least two zones.")),
      endpoints: v.optional(list(v.picklist(interfaceEndpoints), "interface endpoints")),
      natGateways: v.optional(whole(1, 3, "", "At least one: tasks reach the internet through it.")),
      idleTimeoutSeconds: v.optional(
        whole(1, 4000, " seconds", "A balancer takes no other; 300 suits event streams with pauses."),
      ),
    }),
  ),
  redis: v.optional(
    closed({
      nodes: v.optional(whole(1, 6, "", "A replication group has one primary and up to five replicas.")),
      nodeType: v.optional(
        matching(/^cache\.[a-z0-9-]+\.[a-z0-9]+$/, "a node type such as cache.t4g.micro", "Copy it from ElastiCache."),
      ),
      snapshotRetentionDays: v.optional(
        whole(0, 35, " days", "ElastiCache keeps snapshots for at most 35 days; 0 is none."),
      ),
    }),
  ),
  controls: v.optional(
    closed({
      containerInsights: v.optional(v.boolean()),
      flowLogs: v.optional(v.boolean()),
      permissionsBoundary: v.optional(
        matching(
          /^arn:aws[\w-]*:iam::(?:aws|\d{12}):policy\/[\w+=,.@/-]{1,512}$/,
          "the ARN of a managed policy",
          "Copy it from IAM.",
        ),
      ),
      accessLogs: v.optional(closed({ readers: list(role, "roles' ARNs") })),
      encryptionKey: v.optional(
        matching(
          /^(?:create|arn:aws[\w-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]{1,64})$/,
          '"create", or the ARN of a KMS key, not of an alias',
          "Copy it from `aws kms describe-key`.",
        ),
      ),
      waf: v.optional(
        closed({
          mode: v.optional(v.picklist(["count", "block"])),
          requestsPerFiveMinutes: v.optional(
            whole(
              10,
              2_000_000_000,
              " requests of one address in five minutes",
              "AWS WAF takes no other; 10000 is the default.",
            ),
          ),
        }),
      ),
      execTranscripts: v.optional(v.boolean()),
      bootstrap: v.optional(
        closed({
          qualifier: matching(
            /^[a-z0-9]{1,10}$/,
            "the qualifier of a bootstrap: one to ten of a-z and 0-9",
            "Copy it from `cdk bootstrap`, or from the names of the account's roles: cdk-<qualifier>-deploy-role-….",
          ),
          stack: v.optional(
            matching(
              /^[A-Za-z][A-Za-z0-9-]{0,127}$/,
              "a stack's name",
              "Copy it from CloudFormation; it is CDKToolkit as a rule.",
            ),
          ),
        }),
      ),
    }),
  ),
  shards: v.optional(whole(1, 50, "", "A region has 50 balancers by default.")),
  alarmTopic: v.optional(
    matching(/^[\w-]{1,256}$/, "a topic's name of A-Z, a-z, 0-9, _ and -", "Write the name; an ARN goes under adopt."),
  ),
  probe: v.optional(v.lazy((input) => (isObject(input) ? Probe : Off))),
  registry: v.optional(v.boolean(expectation("true or false", "Set true to list the servers for everybody."))),
  recordWeight: v.optional(whole(0, 255, "", "Route 53 knows no other weights; 0 leads nobody here.")),
  adopt: v.optional(
    closed({
      vpc: v.optional(
        closed({
          id: matching(/^vpc-[0-9a-f]{8,17}$/, "a VPC's id, such as vpc-0123456789abcdef0", "Copy it from the VPC."),
          publicSubnets: Subnets,
          privateSubnets: Subnets,
        }),
      ),
      hostedZone: v.optional(
        closed({
          id: matching(/^Z[A-Z0-9]{1,31}$/, "a zone's id, such as Z0123456789", "Copy it from Route 53."),
          name: domain,
        }),
      ),
      secrets: v.optional(
        named(
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
          "secret",
        ),
      ),
      kmsKeys: v.optional(
        named(
          v.string(),
          matching(
            /^arn:aws[\w-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]{1,64}$/,
            "the ARN of a KMS key, not of an alias",
            "Copy it from `aws kms describe-key`.",
          ),
          "secret",
        ),
      ),
      alarmTopicArn: v.optional(
        matching(/^arn:aws[\w-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}$/, "the ARN of an SNS topic", "Copy it from SNS."),
      ),
      addresses: v.optional(
        list(
          matching(
            /^eipalloc-[0-9a-f]{8,17}$/,
            "the allocation id of an address, such as eipalloc-0123456789abcdef0",
            "Copy it from `aws ec2 describe-addresses`.",
          ),
          "allocation ids",
        ),
      ),
      redisSnapshot: v.optional(
        matching(
          /^[A-Za-z][A-Za-z0-9.-]{0,254}$/,
          "the name of a snapshot: letters, digits, . and -, a letter first",
          "Copy it from `aws elasticache describe-snapshots`.",
        ),
      ),
    }),
  ),
});
