import { createServer } from "node:http";
import { ListSubscriptionsByTopicCommand, SNSClient, SubscribeCommand, UnsubscribeCommand } from "@aws-sdk/client-sns";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FleetDefinition } from "#fleet";
import { decidedMap } from "./cli/map.ts";
import { key, type OperatedFleet, openOperatedFleet, topic } from "./cli/operated.ts";
import type { FleetStage } from "./fleet/stage.ts";

const { map, workspace, splunk } = decidedMap();

let stage: FleetStage;
let fleet: OperatedFleet["fleet"];
let put: OperatedFleet["put"];

beforeAll(async () => {
  ({ stage, fleet, put } = await openOperatedFleet(map));
});
afterAll(() => stage.close());

const Doctor = v.object({ results: v.array(v.object({ id: v.string(), verdict: v.string(), evidence: v.string() })) });

/** What the doctor finds, without what is well or could not be looked at. */
async function diagnose(of: FleetDefinition = map, env: Readonly<Record<string, string>> = {}) {
  const { out, code } = await fleet(["doctor", "--json"], { map: of, env });
  const { results } = v.parse(Doctor, JSON.parse(out));
  return { code, found: results.filter(({ verdict }) => verdict === "failure" || verdict === "warning") };
}

describe("doctor", () => {
  it("finds nothing in a healthy fleet", async () => {
    expect(await diagnose()).toEqual({ code: 0, found: [] });
  });

  it("[AUD-4] finds a token that Splunk does not accept, and only that", async () => {
    stage.fleet.hec.disableToken("fleet");
    const { code, found } = await diagnose();
    stage.fleet.hec.enableToken("fleet");
    expect({ code, ids: found.map(({ id }) => id) }).toEqual({ code: 1, ids: ["splunk-token"] });
  });

  it("finds muted alarms, and only those", async () => {
    await fleet(["alarms", "mute", key]);
    const { found } = await diagnose();
    await fleet(["alarms", "mute", key, "--off"]);
    expect(found.map(({ id }) => id)).toEqual(["alarms"]);
  });

  it("finds that nobody would hear, and only that", async () => {
    const sns = new SNSClient(stage.client);
    const { Subscriptions = [] } = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: topic }));
    const [{ SubscriptionArn, Protocol, Endpoint } = {}] = Subscriptions;
    await sns.send(new UnsubscribeCommand({ SubscriptionArn }));
    const { found } = await diagnose();
    await sns.send(new SubscribeCommand({ TopicArn: topic, Protocol, Endpoint }));
    expect(found.map(({ id }) => id)).toEqual(["alarm-road"]);
  });

  const variants: readonly (readonly [string, Partial<FleetDefinition>])[] = [
    ["rotation", { secrets: { ...map.secrets, splunk: { ...splunk, rotation: shippedRotation() } } }],
    ["drift", { services: { [key]: { ...workspace, cpu: 512, memory: 1024 } } }],
    ["redis", { stages: { ...map.stages, local: { ...map.stages.local, redis: { nodes: 2 } } } }],
    ["splunk-keys", { secrets: { ...map.secrets, splunk: { ...splunk, aliases: { OLD_NAME: "SPLUNK_HEC_TOKEN" } } } }],
  ];
  it.each(variants)("finds only %s where the map says something else than what runs", async (id, change) => {
    const { found } = await diagnose({ ...map, ...change });
    expect(found.map((finding) => finding.id)).toEqual([id]);
  });

  it("[FIX-6] lists the tool families whose Google API is off", async () => {
    const enabled = ["gmail", "drive", "calendar-json"].map((api) => ({ config: { name: `${api}.googleapis.com` } }));
    const google = createServer((request, response) => {
      const known = request.url?.startsWith("/v1/projects/123456789012/services?") === true;
      response.writeHead(known ? 200 : 404).end(JSON.stringify({ services: enabled }));
    });
    await new Promise<void>((resolve) => google.listen(0, "127.0.0.1", resolve));
    const address = google.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const env = { GOOGLE_ACCESS_TOKEN: "a-token", GOOGLE_SERVICE_USAGE_URL: `http://127.0.0.1:${port}` };
    const { found } = await diagnose(map, env);
    google.close();
    expect(found).toMatchObject([
      { id: "google-apis", evidence: expect.stringMatching(/^9 of 12 .*docs, sheets, slides, forms, chat, tasks/) },
    ]);
  });

  it("finds a placeholder in a secret, and only that", async () => {
    await put("notes", { NOTE: "replace-me", OTHER: "other" });
    const { code, found } = await diagnose();
    await put("notes", { NOTE: "one", OTHER: "other" });
    expect({ code, found }).toEqual({
      code: 0,
      found: [{ id: "placeholders", verdict: "warning", evidence: "/local/mcp/notes has no value for NOTE." }],
    });
  });
});

function shippedRotation() {
  return { issuer: "splunk-hec", platform: "cloud", admin: "splunk-admin", everyDays: 30 } as const;
}
