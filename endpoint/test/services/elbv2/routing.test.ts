import { connect } from "node:tls";
import {
  CreateRuleCommand,
  ModifyRuleCommand,
  SetRulePrioritiesCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  addGroup,
  addRule,
  ask,
  type Cloud,
  type Fleet,
  hostIs,
  openCloud,
  openFleet,
  pathIs,
  registerHealthy,
} from "./cloud.ts";
import { type Origin, openOrigin } from "./origin.ts";

let cloud: Cloud;
let fleet: Fleet;
let google: Origin;
let everything: Origin;
let googleGroup = "";
let everythingGroup = "";

const at = (host: string, path = "/") => `https://${host}:${fleet.httpsPort}${path}`;

beforeAll(async () => {
  cloud = await openCloud();
  fleet = await openFleet(cloud);
  google = await openOrigin((request, response) => response.end(`google ${request.url}`));
  everything = await openOrigin((request, response) => response.end(`everything ${request.url}`));
  googleGroup = await addGroup(cloud, "prod-mcp-google-workspace-tg");
  everythingGroup = await addGroup(cloud, "prod-mcp-everything-tg");
  await addRule(cloud, fleet.https, 100, [hostIs("google.mcp.localhost")], googleGroup);
  await addRule(cloud, fleet.https, 110, [hostIs("everything.mcp.localhost")], everythingGroup);
  await addRule(cloud, fleet.https, 10, [pathIs("/.well-known/*", "/oauth2/*", "/auth/*")], googleGroup);
  await registerHealthy(cloud, googleGroup, google.target);
  await registerHealthy(cloud, everythingGroup, everything.target);
});

afterAll(async () => {
  await cloud.close();
  await google.close();
  await everything.close();
});

describe("routing by the deployed rules", () => {
  it("[ALB-2] serves HTTPS with the requested certificate and the policy's TLS versions", async () => {
    const handshake = (maxVersion: "TLSv1.1" | "TLSv1.2" | "TLSv1.3") =>
      new Promise<string | null>((resolve, reject) => {
        const options = {
          ca: cloud.authority.ca,
          servername: "google.mcp.localhost",
          maxVersion,
          minVersion: "TLSv1.1",
        } as const;
        const socket = connect(fleet.httpsPort, "127.0.0.1", options, () => {
          resolve(socket.getProtocol());
          socket.destroy();
        }).on("error", reject);
      });
    expect(await handshake("TLSv1.3")).toBe("TLSv1.3");
    expect(await handshake("TLSv1.2")).toBe("TLSv1.2");
    await expect(handshake("TLSv1.1")).rejects.toThrow();
  });

  it("[ALB-3] redirects HTTP to the local HTTPS port, with host, path and query", async () => {
    const answer = await ask(cloud, `http://google.mcp.localhost:${fleet.httpPort}/mcp/x?a=1&b=%20`);
    expect(answer.status).toBe(301);
    expect(answer.headers.location).toBe(`https://google.mcp.localhost:${fleet.httpsPort}/mcp/x?a=1&b=%20`);
    expect(answer.headers.server).toBe("awselb/2.0");
    const plain = await ask(cloud, `http://google.mcp.localhost:${fleet.httpPort}/`);
    expect(plain.headers.location).toBe(`https://google.mcp.localhost:${fleet.httpsPort}/`);
  });

  it("[ALB-5] sends each host to its service, whatever the case of its name", async () => {
    expect((await ask(cloud, at("google.mcp.localhost", "/mcp?x=1"))).body).toBe("google /mcp?x=1");
    expect((await ask(cloud, at("everything.mcp.localhost"))).body).toBe("everything /");
    const headers = { host: "EVERYTHING.mcp.localhost" };
    expect((await ask(cloud, at("localhost"), { headers })).body).toBe("everything /");
  });

  it("[ALB-6] sends the OAuth paths of any host to their owner, before the host rules", async () => {
    for (const path of ["/.well-known/oauth-protected-resource", "/oauth2/callback", "/auth/x?y=/z"]) {
      expect((await ask(cloud, at("everything.mcp.localhost", path))).body).toBe(`google ${path}`);
      expect((await ask(cloud, at("unknown.mcp.localhost", path))).body).toBe(`google ${path}`);
    }
    expect((await ask(cloud, at("everything.mcp.localhost", "/authorize"))).body).toBe("everything /authorize");
  });

  it("[ALB-7] answers what no rule matches with the fixed 404", async () => {
    const answer = await ask(cloud, at("unknown.mcp.localhost", "/mcp"));
    expect(answer).toMatchObject({ status: 404, body: "Not found" });
    expect(answer.headers["content-type"]).toBe("text/plain");
  });

  it("tries rules in the order of their priorities, which can be swapped", async () => {
    const any = pathIs("/swap");
    const first = await addRule(cloud, fleet.https, 20, [any], googleGroup);
    const second = await addRule(cloud, fleet.https, 21, [any], everythingGroup);
    expect((await ask(cloud, at("x.mcp.localhost", "/swap"))).body).toBe("google /swap");
    const swapped = [
      { RuleArn: first, Priority: 21 },
      { RuleArn: second, Priority: 20 },
    ];
    await cloud.elb.send(new SetRulePrioritiesCommand({ RulePriorities: swapped }));
    expect((await ask(cloud, at("x.mcp.localhost", "/swap"))).body).toBe("everything /swap");
  });

  it("tests headers, methods, query strings and source addresses", async () => {
    const conditions = [
      { Field: "http-header", HttpHeaderConfig: { HttpHeaderName: "X-Client", Values: ["*Inspector?2*"] } },
      { Field: "http-request-method", HttpRequestMethodConfig: { Values: ["DELETE"] } },
      { Field: "query-string", QueryStringConfig: { Values: [{ Key: "mode", Value: "te*" }] } },
      { Field: "source-ip", SourceIpConfig: { Values: ["127.0.0.0/8"] } },
    ];
    const made = await cloud.elb.send(
      new CreateRuleCommand({
        ListenerArn: fleet.https,
        Priority: 5,
        Conditions: conditions,
        Actions: [{ Type: "fixed-response", FixedResponseConfig: { StatusCode: "418", MessageBody: "all hold" } }],
      }),
    );
    const headers = { "x-client": "mcp-inspector 2.1" };
    const right = { method: "DELETE", headers };
    expect((await ask(cloud, at("x.mcp.localhost", "/?mode=TEST"), right)).status).toBe(418);
    expect((await ask(cloud, at("x.mcp.localhost", "/?mode=prod"), right)).status).toBe(404);
    expect((await ask(cloud, at("x.mcp.localhost", "/?mode=test"), { headers })).status).toBe(404);
    expect((await ask(cloud, at("x.mcp.localhost", "/?mode=test"), { method: "DELETE" })).status).toBe(404);
    const elsewhere = [...conditions.slice(0, 3), { Field: "source-ip", SourceIpConfig: { Values: ["10.0.0.0/8"] } }];
    await cloud.elb.send(new ModifyRuleCommand({ RuleArn: made.Rules?.[0]?.RuleArn, Conditions: elsewhere }));
    expect((await ask(cloud, at("x.mcp.localhost", "/?mode=test"), right)).status).toBe(404);
  });

  it("divides requests between weighted groups", async () => {
    const made = await cloud.elb.send(
      new CreateRuleCommand({
        ListenerArn: fleet.https,
        Priority: 30,
        Conditions: [pathIs("/weighted")],
        Actions: [
          {
            Type: "forward",
            ForwardConfig: {
              TargetGroups: [
                { TargetGroupArn: googleGroup, Weight: 0 },
                { TargetGroupArn: everythingGroup, Weight: 1 },
              ],
            },
          },
        ],
      }),
    );
    expect(made.Rules?.[0]?.Actions?.[0]?.ForwardConfig?.TargetGroups).toHaveLength(2);
    for (let count = 0; count < 8; count += 1) {
      expect((await ask(cloud, at("x.mcp.localhost", "/weighted"))).body).toBe("everything /weighted");
    }
  });
});
