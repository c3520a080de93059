import { CloudWatchLogsClient, DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { RotateSecretCommand, UntagResourceCommand } from "@aws-sdk/client-secrets-manager";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { paceTag } from "#rotation/labels.ts";
import { crashing, openRotationStage, type RotationStage, rotateUnderLoad, splunk } from "../stage/rotation.ts";

let fleet: RotationStage;
beforeAll(async () => {
  fleet = await openRotationStage();
  // EventBridge delivers at least once, and in no order: here each event comes twice, the second time late.
  fleet.stage.cloud.events.disturb(() => [0, 400]);
});
afterAll(() => fleet?.close());

async function rotate(): Promise<void> {
  await fleet.secrets.send(new RotateSecretCommand({ SecretId: splunk }));
}

describe("secrets of a deployed fleet whose every event comes twice", () => {
  it("[ROT-2] a value put by hand rolls the services that use it, and no other", async () => {
    const before = { tools: await fleet.deploymentOf("tools"), bystander: await fleet.deploymentOf("bystander") };
    const { hec } = fleet.stage.fleet;
    const old = await fleet.token();
    const { token } = hec.createToken({ name: "fresh", indexes: ["mcp_audit"] });
    await fleet.put(splunk, { SPLUNK_HEC_URL: hec.url, SPLUNK_HEC_TOKEN: token });
    await fleet.until("the old token is gone", async () => !hec.listTokens().some((one) => one.token === old));
    await fleet.settled();
    expect(await fleet.token()).toBe(token);
    expect(await fleet.deploymentOf("tools")).not.toBe(before.tools);
    expect(await fleet.deploymentOf("bystander")).toBe(before.bystander);
  });

  it("[ROT-1] [ROT-3] [ROT-4] [ROT-6] rotates under 50 requests a second: none fails, and no audit event is lost", async () => {
    const { failures, ...figures } = await rotateUnderLoad(fleet, 50, rotate);
    expect(failures).toEqual([]);
    expect(figures).toMatchObject({ failedRequests: 0, lostAuditEvents: 0 });
    expect(figures.requests).toBeGreaterThan(100);
    expect(fleet.stage.fleet.hec.listTokens().map((one) => one.token)).toEqual([await fleet.token()]);
  });

  it("[ROT-5] puts the last good value back when a service crashes on the new one, and marks the bad version", async () => {
    const { hec } = fleet.stage.fleet;
    const good = await fleet.token();
    hec.createToken({ name: "crashing", token: crashing, indexes: ["mcp_audit"] });
    await fleet.put(splunk, { SPLUNK_HEC_URL: hec.url, SPLUNK_HEC_TOKEN: crashing });
    const bad = (await fleet.versionOf("AWSCURRENT")) ?? "";
    await fleet.until("the good token is back", async () => (await fleet.token()) === good, 110_000);
    await fleet.settled();
    expect((await fleet.describe()).VersionIdsToStages?.[bad]).toContain(`rejected-${bad}`);
    expect(hec.listTokens().map(({ token }) => token)).toEqual([good]);
    const response = await fleet.stage.fetch(fleet.stage.url("fragile", "/environment?name=SPLUNK_HEC_TOKEN"));
    expect(await response.text()).toBe(good);
    expect(await fleet.functionLog()).toContain('"outcome":"restored"');
  });

  it("[ALN-1] [FIX-3] rewrites keys under their old names when a person puts them", async () => {
    // Four rotations within minutes have spent what ACS may be asked in an hour: this is the next.
    await fleet.secrets.send(new UntagResourceCommand({ SecretId: splunk, TagKeys: [paceTag] }));
    const { hec } = fleet.stage.fleet;
    const { token } = hec.createToken({ name: "legacy", indexes: ["mcp_audit"] });
    await fleet.put(splunk, { endpoint: `${hec.url}/services/collector/event`, token });
    await fleet.until("the keys have their names", async () => (await fleet.token()) === token);
    expect(await fleet.value()).toEqual({ SPLUNK_HEC_URL: hec.url, SPLUNK_HEC_TOKEN: token });
    await fleet.settled();
  });

  it("[SEC-5] shows no token in any log line, tag, label or line of the endpoint", async () => {
    const logs = new CloudWatchLogsClient(fleet.stage.client);
    const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({}));
    const lines = await Promise.all(logGroups.map(({ logGroupName = "" }) => fleet.logLines(logGroupName)));
    const said = [...fleet.stage.log, ...lines.flat(), JSON.stringify(await fleet.describe())].join("\n");
    expect(said).toContain("settled");
    expect(fleet.tokens.size).toBeGreaterThan(3);
    const admin = fleet.credentials["splunk-admin"]?.SPLUNK_ADMIN_TOKEN ?? "";
    for (const secret of [...fleet.tokens, admin]) expect(said.includes(secret)).toBe(false);
  });
});
