import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  DeleteHostedZoneCommand,
  ListResourceRecordSetsCommand,
  type ResourceRecordSet,
  Route53Client,
} from "@aws-sdk/client-route-53";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type ServedService, serveRoute53 } from "../../endpoint/serve.ts";

let served: ServedService;
let route53: Route53Client;
let clear: typeof import("../../../functions/clear-validation/records.ts").clearValidation;
beforeAll(async () => {
  served = await serveRoute53();
  route53 = new Route53Client(served.client);
  vi.stubEnv("AWS_ENDPOINT_URL", served.client.endpoint);
  vi.stubEnv("AWS_REGION", "us-east-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIALOCAL");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
  // Its client reads the environment once, when the module is loaded.
  ({ clearValidation: clear } = await import("../../../functions/clear-validation/records.ts"));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  route53.destroy();
  await served.close();
});

const hash = (digit: string) => `_${digit.repeat(32)}`;
const record = (Name: string, Value: string, Type: "CNAME" | "TXT" = "CNAME"): ResourceRecordSet => ({
  Name,
  Type,
  TTL: 300,
  ResourceRecords: [{ Value }],
});
const acm = "_b.zone.acm-validations.aws.";
const own = record(`${hash("a")}.mcp.example.com`, acm);
const others = [
  record(`${hash("b")}.www.example.com`, acm),
  record(`${hash("b")}.a.mcp.example.com`, acm),
  record(`${hash("b")}.mcp.example.com`, "elsewhere.example.net."),
  record("_dmarc.mcp.example.com", acm),
  record(`${hash("c")}.mcp.example.com`, '"text"', "TXT"),
  ...Array.from({ length: 320 }, (_, index) => record(`n${index}.mcp.example.com`, "elsewhere.example.net.")),
];

describe("the validation records of a zone that goes", () => {
  it("[AWS-2] are taken out, and nobody else's", async () => {
    const made = await route53.send(new CreateHostedZoneCommand({ Name: "example.com", CallerReference: "one" }));
    const HostedZoneId = made.HostedZone?.Id ?? "";
    const change = (Action: "CREATE" | "DELETE", sets: readonly ResourceRecordSet[]) =>
      route53.send(
        new ChangeResourceRecordSetsCommand({
          HostedZoneId,
          ChangeBatch: { Changes: sets.map((ResourceRecordSet) => ({ Action, ResourceRecordSet })) },
        }),
      );
    await change("CREATE", [own, ...others]);
    expect(await clear(HostedZoneId, "mcp.example.com")).toEqual([`${own.Name}.`]);
    expect(await clear(HostedZoneId, "mcp.example.com")).toEqual([]);
    const zone = { HostedZoneId, StartRecordName: own.Name ?? "", StartRecordType: "CNAME" as const };
    const { ResourceRecordSets } = await route53.send(new ListResourceRecordSetsCommand(zone));
    expect(ResourceRecordSets?.some(({ Name }) => Name === `${own.Name}.`)).toBe(false);
    // All of them are there still: each is deleted as it was made.
    await change("DELETE", others);
    await route53.send(new DeleteHostedZoneCommand({ Id: HostedZoneId }));
    expect(await clear(HostedZoneId, "mcp.example.com")).toEqual([]);
  });
});
