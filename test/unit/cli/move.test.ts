import { describe, expect, it } from "vitest";
import type { Account } from "#cli/move/account.ts";
import { judgeMove } from "#cli/move/check.ts";
import type { Finding } from "#cli/move/finding.ts";
import { parseTerraform } from "#cli/move/terraform.ts";
import { defineFleet, nothingStands, planStage, type StageDefinition } from "#fleet";
import fixture from "../../fixture/map.ts";
import { canaries, pulledState, seedIds, seedResources, shownPlan, shownState } from "../../fixture/terraform.ts";

const seed = seedResources(seedIds);
const weighted = seedResources({ ...seedIds, weight: 1 });
const hostedZone = { id: seedIds.zoneId, name: seedIds.domain };
const host = "google.mcp.themailworks.com";

const nobody: Account = {
  standing: nothingStands,
  obstacles: [],
  records: undefined,
  subscribers: new Map(),
  addresses: [],
  snapshots: [],
  unasked: [],
};

function planOf(stage: string, definition: StageDefinition) {
  const stages = { [stage]: { account: "573946584375", ...definition } };
  const everywhere = Object.entries(fixture.services).map(([key, { stages: _, ...entry }]) => [key, entry] as const);
  const map = defineFleet({ ...fixture, stages, services: Object.fromEntries(everywhere) });
  return planStage(map, stage);
}

/** The stage beside the old set-up, as the document has it. */
const beside: StageDefinition = {
  profile: "durable",
  alarmTopic: "MCPAlerts-live",
  recordWeight: 0,
  adopt: { hostedZone, redisSnapshot: "before-the-move" },
};

const judged = (definition: StageDefinition, text: string, account: Partial<Account> = {}, stage = "live") =>
  judgeMove(planOf(stage, definition), parseTerraform("state", text), { ...nobody, ...account });
const collisionsIn = (findings: readonly Finding[]) =>
  findings.flatMap(({ verdict, evidence }) => (verdict === "collides" ? [evidence] : []));
const remedyOf = (findings: readonly Finding[], words: string) =>
  findings.find(({ evidence }) => evidence.includes(words))?.remedy;

describe("[AWS-11] a Terraform state beside the stage that comes", () => {
  it("collides in every name with a stage called as it is, and in its records and topic with one that is not", () => {
    const same = judged({}, pulledState(seed), {}, "prod");
    expect(collisionsIn(same)).toEqual([
      expect.stringMatching(/^Terraform has prod-mcp-cluster, .* and \d+ more, which stage prod would create/),
      expect.stringContaining("the topic MCPAlerts"),
      expect.stringContaining(`${host}: Terraform's record has no weight`),
      expect.stringContaining(`${host}: the stage's records would have no weight`),
      expect.stringContaining(`in Terraform's zone ${seedIds.zoneId}`),
    ]);
    const other = judged({ profile: "durable" }, pulledState(seed));
    expect(collisionsIn(other)).toHaveLength(4);
    expect(remedyOf(other, "the topic MCPAlerts")).toContain('stages.live.alarmTopic: "MCPAlerts-live"');
    expect(remedyOf(other, "zone")).toBe(
      `stages.live.adopt.hostedZone: { id: "${seedIds.zoneId}", name: "themailworks.com" }`,
    );
  });

  it("collides in nothing once the records have weights and the map says so, and tells what to take along, in order", () => {
    const findings = judged(beside, pulledState(weighted), {
      subscribers: new Map([["arn:aws:sns:us-east-1:573946584375:MCPAlerts", ["2 × email", "1 × sqs"]]]),
      addresses: ["198.51.100.1", "198.51.100.2"],
      snapshots: ["prod-mcp-redis-final"],
    });
    expect(collisionsIn(findings)).toEqual([]);
    expect(findings.map(({ before }) => before)).toEqual(
      findings.map(({ before }) => before).toSorted((one, other) => order.indexOf(one) - order.indexOf(other)),
    );
    const said = (before: string, words: string) =>
      expect(findings, words).toContainEqual(
        expect.objectContaining({ before, evidence: expect.stringContaining(words) }),
      );
    said("switch", "The stage reads /live/mcp/splunk, and Terraform's containers /prod/mcp/splunk");
    said("switch", "MCPAlerts has subscribers (2 × email, 1 × sqs), and alarms of live go to MCPAlerts-live");
    said("switch", "go out by 203.0.113.7, 203.0.113.8, and those of live by 198.51.100.1, 198.51.100.2");
    said("switch", `${host}: everybody is led to Terraform's (weight 1 of Terraform's, no record of live's)`);
    said("destroy", "aws_route53_zone.main, aws_route53_record.validation");
    said("destroy", "prod-mcp-alb has deletion protection");
    said("destroy", "prod-mcp-redis-final is there already");
    expect(remedyOf(findings, "go out by")).toContain('adopt.addresses: ["eipalloc-0000000a","eipalloc-0000000b"]');
  });

  it("tells where the map says otherwise than the containers that run, and shows no value", () => {
    const findings = judged(beside, pulledState(weighted));
    const evidence = findings.map((one) => one.evidence).join("\n");
    expect(evidence).toContain("google_workspace has no EXTRA_TOKEN");
    expect(evidence).toContain("google_workspace has other values of AUDIT_LOG_ENABLED");
    expect(evidence).toContain(
      "SESSION_ENCRYPTION_KEY, FASTMCP_SERVER_AUTH_GOOGLE_JWT_SIGNING_KEY, which Terraform's containers do not have",
    );
    expect(evidence).toContain(
      "everything is new, and anybody could reach it at https://everything.mcp.themailworks.com",
    );
    expect(evidence).toContain("the paths /authorize, which oauth.paths has not");
    expect(evidence).toContain("prod-mcp-redis is 1 × cache.t4g.micro, and the stage's Redis 2 × cache.t4g.micro");
    const { adopt, ...without } = beside;
    expect(remedyOf(judged({ ...without, adopt: { hostedZone } }, pulledState(weighted)), "everybody's login")).toBe(
      'aws elasticache create-snapshot --replication-group-id prod-mcp-redis --snapshot-name before-the-move, then stages.live.adopt.redisSnapshot: "before-the-move"',
    );
    for (const text of [
      pulledState(weighted),
      shownState(weighted),
      shownPlan(weighted, { "aws_lb.main": ["delete"] }),
    ])
      for (const canary of canaries) expect(JSON.stringify(judged(beside, text))).not.toContain(canary);
  });

  it("follows the weights of the account, which are newer than the file", () => {
    const weightsOf = (theirs: number, ours: number) => {
      const records = [
        { name: host, setIdentifier: "terraform", weight: theirs },
        { name: host, setIdentifier: "live-mcp-fleet", weight: ours },
      ];
      return judged(beside, pulledState(seed), { records }).filter(({ evidence }) => evidence.includes("weight"));
    };
    expect(weightsOf(1, 0)).toEqual([expect.objectContaining({ verdict: "ok", before: "switch" })]);
    expect(weightsOf(1, 255)).toEqual([expect.objectContaining({ verdict: "do", before: "destroy" })]);
    expect(weightsOf(0, 255)).toEqual([expect.objectContaining({ verdict: "ok", before: "destroy" })]);
    expect(weightsOf(0, 0)).toEqual([expect.objectContaining({ verdict: "collides", before: "switch" })]);
  });
});

describe("[AWS-11] a stage that follows another under the same names", () => {
  const two = (...[live, prod]: readonly [StageDefinition, StageDefinition]) =>
    defineFleet({
      ...fixture,
      stages: { live: { ...beside, ...live, account: "573946584375" }, prod: { account: "573946584375", ...prod } },
    });

  it("is accepted where both have weights, and refused where one has none", () => {
    expect(() => two({}, { recordWeight: 0, adopt: { hostedZone } })).not.toThrow();
    expect(() => two({}, {})).toThrow("a domain that no other stage on AWS has");
  });
});

describe("[AWS-11] a Terraform plan", () => {
  const afterwards = { records: [{ name: host, setIdentifier: "live-mcp-fleet", weight: 255 }] };

  it("collides where it deletes what the stage uses, and not where it forgets it", () => {
    const everything = Object.fromEntries(
      weighted.map(({ type, name, key }) => [`${type}.${name}${key === undefined ? "" : `["${key}"]`}`, ["delete"]]),
    );
    expect(collisionsIn(judged(beside, shownPlan(weighted, everything), afterwards))).toEqual([
      "The plan deletes aws_route53_zone.main, aws_route53_record.validation, which the stage uses.",
    ]);
    const forgetting = { "aws_route53_zone.main": ["forget"], "aws_route53_record.validation": ["forget"] };
    const findings = judged(beside, shownPlan(weighted, { ...everything, ...forgetting }), afterwards);
    expect(collisionsIn(findings)).toEqual([]);
    expect(findings.filter(({ evidence }) => evidence.includes("would delete them"))).toEqual([]);
  });

  it("collides where it destroys what people are led to", () => {
    const findings = judged(beside, shownPlan(weighted, { "aws_lb.main": ["delete"] }));
    expect(collisionsIn(findings)).toEqual([
      `The plan deletes what serves ${host}: Terraform's records have a weight above 0.`,
    ]);
    expect(collisionsIn(judged(beside, shownPlan(weighted, { "aws_lb.main": ["delete"] }), afterwards))).toEqual([]);
  });

  it.each([
    ["a zone, after `state rm` alone", "aws_route53_zone.main", ["create"]],
    ["a secret again", "aws_secretsmanager_secret.splunk", ["create"]],
    ["the topic again", "aws_sns_topic.alerts", ["create"]],
    ["the first JSON over a live secret", "aws_secretsmanager_secret_version.splunk", ["delete", "create"]],
  ])("collides where it would make %s", (_, address, actions) => {
    expect(collisionsIn(judged(beside, shownPlan(weighted, { [address]: actions })))).toEqual([
      `The plan makes ${address} anew, beside or over what is in use.`,
    ]);
  });
});

describe("[AWS-11] a file of Terraform", () => {
  it("is read alike as a state, as it is shown, and as a plan, modules included", () => {
    const [pulled, shown, planned] = [pulledState(seed), shownState(seed), shownPlan(seed, {})].map((text) =>
      parseTerraform("file", text),
    );
    const valuesOf = (file = pulled) => file?.resources.map(({ values }) => values);
    expect(valuesOf(shown)).toEqual(valuesOf());
    expect(valuesOf(planned)).toEqual(valuesOf());
    expect(pulled?.resources.map(({ address }) => address)).toContain('aws_ecs_service.service["google_workspace"]');
    expect(shown?.resources.map(({ address }) => address)).toContain("module.mcp.aws_route53_zone.main");
    expect(JSON.stringify(pulled)).not.toContain(canaries[0]);
    expect(parseTerraform("file", '{"format_version":"1.0"}').resources).toEqual([]);
  });

  it.each([
    ["that is no JSON", `PK ${canaries[0]}`],
    ["of an old version", JSON.stringify({ version: 3, modules: [canaries[0]] })],
    ["that is another's", JSON.stringify({ encrypted_data: canaries[0] })],
  ])("%s is refused with what to do, and without a word of it", (_, text) => {
    expect(() => parseTerraform("old.tfstate", text)).toThrow(
      /^old\.tfstate is .* Write it with `terraform state pull`/,
    );
    expect(() => parseTerraform("old.tfstate", text)).not.toThrow(canaries[0]);
  });

  it("names what it cannot read", () => {
    const odd = [{ type: "aws_lb", name: "odd", attributes: { name: 7 } }];
    expect(judged(beside, pulledState(odd)).map((one) => one.evidence)).toContainEqual(
      expect.stringContaining("aws_lb.odd could not be read"),
    );
  });
});

const order = ["deploy", "switch", "destroy"];
