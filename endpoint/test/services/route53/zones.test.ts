import {
  type Change,
  ChangeResourceRecordSetsCommand,
  ChangeTagsForResourceCommand,
  CreateHostedZoneCommand,
  DeleteHostedZoneCommand,
  GetChangeCommand,
  GetHostedZoneCommand,
  ListHostedZonesByNameCommand,
  ListHostedZonesCommand,
  ListResourceRecordSetsCommand,
  ListTagsForResourceCommand,
  Route53Client,
  waitUntilResourceRecordSetsChanged,
} from "@aws-sdk/client-route-53";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "#endpoint/clock.ts";
import type { ResourceProvider } from "#endpoint/core/service.ts";
import { accessOf } from "#endpoint/services/route53/access.ts";
import { createRoute53 } from "#endpoint/services/route53/service.ts";
import { type Served, serve, stackContext } from "../serve.ts";

const make = () => ({ ...createRoute53({ clock: systemClock }), stop: async () => undefined });
let served: Served<ReturnType<typeof make>>;
let dns: Route53Client;

beforeAll(async () => {
  served = await serve(make, ({ service }) => [service]);
  dns = new Route53Client(served.client);
});
afterAll(async () => {
  dns.destroy();
  await served.close();
});

async function zone(Name: string): Promise<string> {
  const made = await dns.send(new CreateHostedZoneCommand({ Name, CallerReference: Name }));
  return made.HostedZone?.Id ?? "";
}

const change = (HostedZoneId: string, ...Changes: Change[]) =>
  dns.send(new ChangeResourceRecordSetsCommand({ HostedZoneId, ChangeBatch: { Changes } }));
const address = (Name: string, Value = "192.0.2.1") => ({
  Name,
  Type: "A" as const,
  TTL: 60,
  ResourceRecords: [{ Value }],
});
const names = async (HostedZoneId: string) =>
  (await dns.send(new ListResourceRecordSetsCommand({ HostedZoneId }))).ResourceRecordSets?.map(
    ({ Name, Type }) => `${Type} ${Name}`,
  );

describe("hosted zones", () => {
  it("[DNS-1] are created with name servers and found again by name", async () => {
    const made = await dns.send(
      new CreateHostedZoneCommand({
        Name: "themailworks.com",
        CallerReference: "one",
        HostedZoneConfig: { Comment: "mail" },
      }),
    );
    expect(made.HostedZone).toMatchObject({
      Name: "themailworks.com.",
      Config: { Comment: "mail", PrivateZone: false },
    });
    expect(made.DelegationSet?.NameServers).toHaveLength(4);
    const Id = made.HostedZone?.Id;
    const got = await dns.send(new GetHostedZoneCommand({ Id }));
    expect(got.DelegationSet?.NameServers).toEqual(made.DelegationSet?.NameServers);
    expect(got.HostedZone?.ResourceRecordSetCount).toBe(2);
    await zone("aaa.org");
    const found = await dns.send(new ListHostedZonesByNameCommand({ DNSName: "themailworks.com" }));
    expect(found.HostedZones?.[0]?.Id).toBe(Id);
    const all = await dns.send(new ListHostedZonesCommand({ MaxItems: 1 }));
    expect(all).toMatchObject({ IsTruncated: true, HostedZones: [{ Id }] });
  });

  it("are created once for a caller reference, and unknown ones are refused", async () => {
    await zone("twice.org");
    await expect(zone("twice.org")).rejects.toMatchObject({
      name: "HostedZoneAlreadyExists",
      $metadata: { httpStatusCode: 409 },
    });
    await expect(dns.send(new GetHostedZoneCommand({ Id: "Z0" }))).rejects.toMatchObject({
      name: "NoSuchHostedZone",
      message: "No hosted zone found with ID: Z0",
    });
  });

  it("are deleted only when empty", async () => {
    const id = await zone("full.org");
    await change(id, { Action: "CREATE", ResourceRecordSet: address("a.full.org") });
    await expect(dns.send(new DeleteHostedZoneCommand({ Id: id }))).rejects.toMatchObject({
      name: "HostedZoneNotEmpty",
    });
    await change(id, { Action: "DELETE", ResourceRecordSet: address("a.full.org") });
    await dns.send(new DeleteHostedZoneCommand({ Id: id }));
    await expect(names(id)).rejects.toMatchObject({ name: "NoSuchHostedZone" });
  });

  it("carry tags", async () => {
    const id = (await zone("tagged.org")).replace("/hostedzone/", "");
    const resource = { ResourceType: "hostedzone", ResourceId: id } as const;
    await dns.send(new ChangeTagsForResourceCommand({ ...resource, AddTags: [{ Key: "stage", Value: "prod" }] }));
    const { ResourceTagSet } = await dns.send(new ListTagsForResourceCommand(resource));
    expect(ResourceTagSet?.Tags).toEqual([{ Key: "stage", Value: "prod" }]);
  });
});

describe("record sets", () => {
  it("[DNS-3] hold aliases to the balancer, in DNS order, in effect at once", async () => {
    const id = await zone("alias.org");
    const AliasTarget = {
      HostedZoneId: "Z35SXDOTRQ7X7K",
      DNSName: "lb.us-east-1.elb.amazonaws.com",
      EvaluateTargetHealth: true,
    };
    const made = await change(
      id,
      { Action: "CREATE", ResourceRecordSet: { Name: "google.mcp.alias.org", Type: "A", AliasTarget } },
      { Action: "UPSERT", ResourceRecordSet: address("a.alias.org") },
    );
    const changed = await dns.send(new GetChangeCommand({ Id: made.ChangeInfo?.Id }));
    expect(changed.ChangeInfo?.Status).toBe("INSYNC");
    const waited = await waitUntilResourceRecordSetsChanged(
      { client: dns, maxWaitTime: 40 },
      { Id: made.ChangeInfo?.Id },
    );
    expect(waited.state).toBe("SUCCESS");
    expect(await names(id)).toEqual(["NS alias.org.", "SOA alias.org.", "A a.alias.org.", "A google.mcp.alias.org."]);
    const { ResourceRecordSets } = await dns.send(
      new ListResourceRecordSetsCommand({
        HostedZoneId: id,
        StartRecordName: "google.mcp.alias.org",
        StartRecordType: "A",
      }),
    );
    expect(ResourceRecordSets).toMatchObject([{ AliasTarget: { ...AliasTarget, DNSName: `${AliasTarget.DNSName}.` } }]);
  });

  it("change all or not at all, and report what is wrong with each", async () => {
    const id = await zone("batch.org");
    await change(id, { Action: "CREATE", ResourceRecordSet: address("a.batch.org") });
    const batch = change(
      id,
      { Action: "CREATE", ResourceRecordSet: address("new.batch.org") },
      { Action: "CREATE", ResourceRecordSet: address("a.batch.org") },
      { Action: "DELETE", ResourceRecordSet: address("none.batch.org") },
      { Action: "DELETE", ResourceRecordSet: address("a.batch.org", "192.0.2.9") },
      { Action: "CREATE", ResourceRecordSet: address("a.other.org") },
    );
    await expect(batch).rejects.toMatchObject({
      name: "InvalidChangeBatch",
      message: expect.stringMatching(
        /it already exists.*it was not found.*do not match the current values.*not permitted in zone batch\.org\./,
      ),
    });
    expect(await names(id)).toEqual(["NS batch.org.", "SOA batch.org.", "A a.batch.org."]);
  });
});

describe("the CloudFormation types of Route 53", () => {
  const provider = (type: string): ResourceProvider => {
    const found = served.made.service.resources?.[`AWS::Route53::${type}`];
    if (found === undefined) throw new Error(`no provider of ${type}`);
    return found;
  };

  it("create, change and delete a zone with its records, twice over", async () => {
    const zoneType = provider("HostedZone");
    const recordType = provider("RecordSet");
    const made = await zoneType.create({ Name: "stack.org" }, stackContext("Zone"));
    expect(made.attributes).toEqual({ Id: made.physicalId, NameServers: expect.arrayContaining([expect.any(String)]) });
    const before = {
      HostedZoneId: made.physicalId,
      Name: "g.stack.org.",
      Type: "CNAME",
      TTL: "60",
      ResourceRecords: ["a.b"],
    };
    const record = await recordType.create(before, stackContext("Record"));
    expect(record.physicalId).toBe("g.stack.org.");
    await expect(recordType.create(before, stackContext("Record"))).rejects.toThrow("it already exists");
    const after = { ...before, Type: "A", ResourceRecords: ["192.0.2.1"] };
    await recordType.update(record, after, before, stackContext("Record"));
    expect(await names(made.physicalId)).toEqual(["NS stack.org.", "SOA stack.org.", "A g.stack.org."]);
    await expect(zoneType.delete(made, {}, stackContext("Zone"))).rejects.toThrow("non-required resource record sets");
    for (let count = 0; count < 2; count += 1) {
      await recordType.delete(record, after, stackContext("Record"));
      await zoneType.delete(made, {}, stackContext("Zone"));
    }
  });

  it("keep a group of records in one named zone", async () => {
    const id = await zone("group.org");
    const set = (Name: string) => ({ Name, Type: "TXT", TTL: 60, ResourceRecords: ['"x"'] });
    const before = { HostedZoneName: "group.org.", RecordSets: [set("a.group.org"), set("b.group.org")] };
    const made = await provider("RecordSetGroup").create(before, stackContext("Group"));
    const after = { ...before, RecordSets: [set("b.group.org"), set("c.group.org")] };
    await provider("RecordSetGroup").update(made, after, before, stackContext("Group"));
    expect(await names(id)).toEqual(["NS group.org.", "SOA group.org.", "TXT b.group.org.", "TXT c.group.org."]);
    await provider("RecordSetGroup").delete(made, after, stackContext("Group"));
    expect(await names(id)).toHaveLength(2);
  });
});

describe("what IAM checks a change of records against", () => {
  it("is its zone, and the action, type and plain name of each record", () => {
    const access = accessOf();
    const set = { Name: "_A.MCP.example.com.", Type: "CNAME" };
    const input = { Id: "/hostedzone/Z1", ChangeBatch: { Changes: [{ Action: "DELETE", ResourceRecordSet: set }] } };
    expect(access.resourceOf("ChangeResourceRecordSets", input)).toBe("arn:aws:route53:::hostedzone/Z1");
    expect(access.conditionKeysOf("ChangeResourceRecordSets", input)).toEqual({
      "route53:ChangeResourceRecordSetsActions": ["DELETE"],
      "route53:ChangeResourceRecordSetsRecordTypes": ["CNAME"],
      "route53:ChangeResourceRecordSetsNormalizedRecordNames": ["_a.mcp.example.com"],
    });
  });
});

describe("[AWS-10] records of one name", () => {
  it("have all a weight, or are one", async () => {
    const id = await zone("weights.org");
    const weighted = (SetIdentifier: string, Weight: number) => ({
      Action: "CREATE" as const,
      ResourceRecordSet: { ...address("a.weights.org"), SetIdentifier, Weight },
    });
    const simple = { ...address("a.weights.org") };
    await change(id, { Action: "CREATE", ResourceRecordSet: simple });
    await expect(change(id, weighted("one", 0))).rejects.toMatchObject({
      name: "InvalidChangeBatch",
      message:
        "[RRSet with DNS name a.weights.org., type A, SetIdentifier one cannot be created as a non-weighted set exists with the same name and type.]",
    });
    // As Terraform does it: in one batch, so that nobody finds the name without a record.
    await change(id, { Action: "DELETE", ResourceRecordSet: simple }, weighted("one", 1));
    await change(id, weighted("two", 0));
    await expect(change(id, { Action: "CREATE", ResourceRecordSet: simple })).rejects.toMatchObject({
      message:
        "[RRSet with DNS name a.weights.org., type A cannot be created as other RRSets exist with the same name and type.]",
    });
  });
});
