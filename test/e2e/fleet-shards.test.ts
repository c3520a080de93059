import { DescribeLoadBalancersCommand, ElasticLoadBalancingV2Client } from "@aws-sdk/client-elastic-load-balancing-v2";
import {
  ChangeResourceRecordSetsCommand,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
} from "@aws-sdk/client-route-53";
import { exampleUsers } from "@mcp-fleet/endpoint/doubles/google";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { names } from "#fleet";
import { Member } from "#start/client/member.ts";
import { putCredentials } from "#start/credentials.ts";
import { awaitHealthy } from "#start/probe.ts";
import { echo, googleWorkspace, mapOf } from "../stage/maps.ts";
import { type FleetStage, openStage } from "../stage/stage.ts";

const starter = { command: [process.execPath, "packages/starter/main.ts"] } as const;
const base = mapOf({
  notes: echo("notes", { shard: 1 }),
  google_workspace: googleWorkspace({ shard: 2, local: starter }),
  issues: echo("issues", { shard: 3 }),
});
const sharded = Object.entries(base.stages).map(([name, definition]) => [name, { ...definition, shards: 3 }] as const);
const map = { ...base, stages: Object.fromEntries(sharded) };

let stage: FleetStage;
let dns: Route53Client;
beforeAll(async () => {
  stage = await openStage(map);
  dns = new Route53Client(stage.client);
  await stage.deploy(map);
  await putCredentials(stage.fleet, stage.plan(map));
  for (const service of stage.plan(map).services) await awaitHealthy(stage, service, 30_000);
});
afterAll(() => stage.close());

async function zoneId(): Promise<string | undefined> {
  const { HostedZones = [] } = await dns.send(new ListHostedZonesCommand({}));
  return HostedZones.find(({ Name }) => Name === "localhost.")?.Id;
}

/** What an operator does in the console of Route 53. @returns what puts it back */
async function lead(host: string, shard: number): Promise<() => Promise<unknown>> {
  const elb = new ElasticLoadBalancingV2Client(stage.client);
  const Names = [names.balancer("local", shard)];
  const { LoadBalancers: [balancer] = [] } = await elb.send(new DescribeLoadBalancersCommand({ Names }));
  const HostedZoneId = await zoneId();
  const { ResourceRecordSets = [] } = await dns.send(new ListResourceRecordSetsCommand({ HostedZoneId }));
  const record = ResourceRecordSets.find(({ Name }) => Name === `${host}.mcp.localhost.`);
  const upsert = (ResourceRecordSet: typeof record) =>
    dns.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId,
        ChangeBatch: { Changes: [{ Action: "UPSERT", ResourceRecordSet }] },
      }),
    );
  const AliasTarget = {
    HostedZoneId: balancer?.CanonicalHostedZoneId,
    DNSName: balancer?.DNSName,
    EvaluateTargetHealth: false,
  };
  await upsert({ Name: record?.Name, Type: "A", AliasTarget });
  return () => upsert(record);
}

describe("a stage with three balancers", () => {
  it("[STR-7] serves every address at one port, plain and secure", async () => {
    expect((await stage.echo(stage.url("notes"))).service).toBe("notes");
    expect((await stage.echo(stage.url("issues"))).service).toBe("issues");
    const redirect = await stage.fetch(stage.plainUrl("issues", "/a?b=c"), { redirect: "manual" });
    expect([redirect.status, redirect.headers.get("location")]).toEqual([301, stage.url("issues", "/a?b=c").href]);
  });

  it("[STR-7] logs a user in at the balancer that has the login, and redirects there from the others", async () => {
    const member = new Member(exampleUsers[0].sub, stage.fetch);
    await member.logIn(stage.url("google", "/mcp"));
    const client = await member.connect(stage.url("google", "/mcp"));
    const { content } = await client.callTool({ name: "whoami", arguments: {} });
    expect(content).toEqual([expect.objectContaining({ text: exampleUsers[0].email })]);
    await client.close();
    const path = "/oauth2/token";
    const away = await stage.fetch(stage.url("issues", path), { redirect: "manual" });
    expect([away.status, away.headers.get("location")]).toEqual([302, stage.url("google", path).href]);
    expect((await stage.echo(stage.url("issues", "/.well-known/oauth-authorization-server"))).service).toBe("issues");
  });

  it("[STR-7] streams events through the door", async () => {
    const response = await stage.fetch(stage.url("issues", "/events"));
    const events = (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader();
    expect((await events.read()).value).toBe("data: first\n\n");
    await stage.fetch(stage.url("issues", "/events/next"));
    expect((await events.read()).value).toBe("data: second\n\n");
    expect((await events.read()).done).toBe(true);
  });

  it("[STR-7] follows a record to another balancer, and back", async () => {
    const restore = await lead("notes", 3);
    const elsewhere = await stage.fetch(stage.url("notes"));
    expect([elsewhere.status, await elsewhere.text()]).toEqual([404, "No MCP server has this name."]);
    await restore();
    expect((await stage.echo(stage.url("notes"))).service).toBe("notes");
  });

  it("[STR-7] explains that a host has no record, and answers a request by address as one balancer does", async () => {
    const nobody = await stage.fetch(stage.url("nobody"));
    expect(nobody.status).toBe(404);
    expect(await nobody.text()).toContain("nobody.mcp.localhost");
    const byAddress = await stage.fetch(`https://127.0.0.1:${stage.url("notes").port}/`);
    expect([byAddress.status, await byAddress.text()]).toEqual([404, "No MCP server has this name."]);
  });
});
