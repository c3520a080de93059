import { describe, expect, it } from "vitest";
import { synthesize, withStage } from "../synth/synth.ts";
import { attribute } from "../synth/template.ts";
import { statementsOf } from "./statements.ts";

const prod = synthesize("prod");
const dns = prod.stack("Dns");

describe("names", () => {
  const zone = dns.one("AWS::Route53::HostedZone");

  it("[DNS-1] live in a zone whose name servers are an output", () => {
    expect(zone.Properties.Name).toBe("themailworks.com");
    expect(dns.outputs.NameServers).toMatchObject({ Value: { "Fn::Join": [",", attribute(zone, "NameServers")] } });
  });

  it("[DNS-1] [FIX-2] stay while deletion protection is on; switching it off is a change CloudFormation sees", () => {
    expect(zone).toMatchObject({ DeletionPolicy: "RetainExceptOnCreate", Metadata: { DeletionProtection: "on" } });
    const open = synthesize("prod", withStage("prod", { deletionProtection: false })).stack("Dns");
    expect(open.one("AWS::Route53::HostedZone")).toMatchObject({
      DeletionPolicy: "Delete",
      Metadata: { DeletionProtection: "off" },
    });
  });

  it("[DNS-1] can live in a zone that exists", () => {
    const { stack } = synthesize(
      "prod",
      withStage("prod", { adopt: { hostedZone: { id: "Z0123456789", name: "themailworks.com" } } }),
    );
    expect(stack("Dns").all("AWS::Route53::HostedZone")).toEqual([]);
    expect(JSON.stringify(stack("Dns").one("AWS::CertificateManager::Certificate"))).toContain("Z0123456789");
    expect(stack("Services").one("AWS::Route53::RecordSet").Properties.HostedZoneId).toBe("Z0123456789");
  });

  it("[AWS-11] stand beside those of another set-up with the weight of the map, and else alone", () => {
    const recordIn = (map?: Parameters<typeof synthesize>[1]) =>
      synthesize("prod", map).stack("Services").one("AWS::Route53::RecordSet").Properties;
    expect(recordIn(withStage("prod", { recordWeight: 0 }))).toMatchObject({
      Name: "google.mcp.themailworks.com",
      SetIdentifier: "prod-mcp-fleet",
      Weight: 0,
    });
    expect(recordIn()).not.toHaveProperty("SetIdentifier");
  });

  it("[AWS-2] leave no record of the certificate behind when the zone goes, after the certificate", () => {
    const records = dns.one("Custom::ValidationRecords");
    expect(records.Properties).toMatchObject({ HostedZoneId: attribute(zone, "Id"), Domain: "mcp.themailworks.com" });
    expect(dns.one("AWS::CertificateManager::Certificate").DependsOn).toContain(records.id);
    const zoneArn = `arn:aws:route53:::hostedzone/<${zone.id}.Id>`;
    expect(statementsOf(dns).filter(({ actions }) => actions.some((action) => action.startsWith("route53:")))).toEqual([
      expect.objectContaining({ actions: ["route53:ListResourceRecordSets"], on: [zoneArn] }),
      expect.objectContaining({ actions: ["route53:ChangeResourceRecordSets"], on: [zoneArn] }),
    ]);
    expect(JSON.stringify(dns.one("AWS::IAM::Role").Properties.Policies)).toContain('"_*.mcp.themailworks.com"');
  });

  it("[DNS-2] share one certificate, validated through the zone", () => {
    const hostedZoneId = attribute(zone, "Id");
    expect(dns.one("AWS::CertificateManager::Certificate").Properties).toMatchObject({
      DomainName: "mcp.themailworks.com",
      SubjectAlternativeNames: ["*.mcp.themailworks.com"],
      ValidationMethod: "DNS",
      DomainValidationOptions: [
        { DomainName: "mcp.themailworks.com", HostedZoneId: hostedZoneId },
        { DomainName: "*.mcp.themailworks.com", HostedZoneId: hostedZoneId },
      ],
    });
  });

  it("[DNS-3] are alias records to the balancer", () => {
    expect(prod.stack("Services").one("AWS::Route53::RecordSet").Properties).toMatchObject({
      Name: "google.mcp.themailworks.com",
      Type: "A",
      AliasTarget: {
        DNSName: { "Fn::ImportValue": expect.stringMatching("Balancer:.*DNSName") },
        HostedZoneId: { "Fn::ImportValue": expect.stringMatching("Balancer:.*CanonicalHostedZoneID") },
      },
    });
  });
});

describe("[MCP-8] the registry", () => {
  const listed = synthesize("prod", withStage("prod", { registry: true })).stack("Dns");

  it("is not there unless the map turns it on for the stage", () => {
    expect(dns.all("AWS::Lambda::Url")).toEqual([]);
    expect(JSON.stringify(dns.document)).not.toContain("list-servers");
  });

  it("is an address that anybody may read, by a function that may do nothing but write its log", () => {
    const lambda = listed.one("AWS::Lambda::Function", { FunctionName: "prod-mcp-list-servers" });
    expect(lambda.Properties.ReservedConcurrentExecutions).toBe(5);
    expect(listed.one("AWS::Lambda::Url").Properties).toEqual({
      AuthType: "NONE",
      TargetFunctionArn: attribute(lambda, "Arn"),
    });
    expect(listed.outputs).toHaveProperty("RegistryUrl");
    const granted = statementsOf(listed).filter(({ resource }) => resource === "listserversRole");
    expect(granted.flatMap(({ actions }) => actions).toSorted()).toEqual([
      "logs:CreateLogStream",
      "logs:PutLogEvents",
      "sts:AssumeRole",
    ]);
  });
});
