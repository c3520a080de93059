import { X509Certificate } from "node:crypto";
import {
  AddTagsToCertificateCommand,
  DeleteCertificateCommand,
  DescribeCertificateCommand,
  GetCertificateCommand,
  ListCertificatesCommand,
  ListTagsForCertificateCommand,
  RequestCertificateCommand,
  type RequestCertificateCommandInput,
  type ResourceRecord,
  waitUntilCertificateValidated,
} from "@aws-sdk/client-acm";
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  DeleteHostedZoneCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
} from "@aws-sdk/client-route-53";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type Cloud, openCloud, openFleet } from "../elbv2/cloud.ts";
import { stackContext } from "../serve.ts";

let cloud: Cloud;
beforeAll(async () => {
  cloud = await openCloud();
});
afterAll(() => cloud.close());

async function prove(zone: string, record: ResourceRecord | undefined): Promise<void> {
  const route53 = new Route53Client(cloud.served.client);
  const { HostedZone } = await route53.send(new CreateHostedZoneCommand({ Name: zone, CallerReference: zone }));
  const ResourceRecordSet = {
    Name: record?.Name,
    Type: "CNAME" as const,
    TTL: 300,
    ResourceRecords: [{ Value: record?.Value }],
  };
  const ChangeBatch = { Changes: [{ Action: "CREATE" as const, ResourceRecordSet }] };
  await route53.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: HostedZone?.Id, ChangeBatch }));
  route53.destroy();
}

const wanted: RequestCertificateCommandInput = {
  DomainName: "mcp.localhost",
  SubjectAlternativeNames: ["*.mcp.localhost"],
  ValidationMethod: "DNS",
};

describe("certificates", () => {
  it("[DNS-2] are issued for the domain and its wildcard by the local authority, once their CNAME is in a zone", async () => {
    const { CertificateArn } = await cloud.certificates.send(new RequestCertificateCommand(wanted));
    const pending = await cloud.certificates.send(new DescribeCertificateCommand({ CertificateArn }));
    expect(pending.Certificate?.Status).toBe("PENDING_VALIDATION");
    const [record, ofWildcard] = (pending.Certificate?.DomainValidationOptions ?? []).map((one) => one.ResourceRecord);
    expect(ofWildcard).toEqual(record);
    expect(record).toMatchObject({
      Name: expect.stringMatching(/^_[0-9a-f]{32}\.mcp\.localhost\.$/),
      Type: "CNAME",
      Value: expect.stringMatching(/^_[0-9a-f]{32}\.[a-z]{10}\.acm-validations\.aws\.$/),
    });
    await prove("localhost", record);
    const waited = await waitUntilCertificateValidated(
      { client: cloud.certificates, maxWaitTime: 70 },
      { CertificateArn },
    );
    expect(waited.state).toBe("SUCCESS");
    const { Certificate: detail } = await cloud.certificates.send(new DescribeCertificateCommand({ CertificateArn }));
    expect(detail).toMatchObject({
      Status: "ISSUED",
      DomainName: "mcp.localhost",
      SubjectAlternativeNames: ["mcp.localhost", "*.mcp.localhost"],
      NotAfter: expect.any(Date),
      InUseBy: [],
    });
    const { Certificate = "" } = await cloud.certificates.send(new GetCertificateCommand({ CertificateArn }));
    const leaf = new X509Certificate(Certificate);
    expect(leaf.checkHost("google.mcp.localhost")).toBeDefined();
    expect(leaf.verify(new X509Certificate(cloud.authority.ca).publicKey)).toBe(true);
  });

  it("are the same for a repeated request with the same token", async () => {
    const request = () =>
      cloud.certificates.send(new RequestCertificateCommand({ ...wanted, IdempotencyToken: "deploy1" }));
    expect((await request()).CertificateArn).toBe((await request()).CertificateArn);
  });

  it.each([
    [undefined, "RSA-2048", "rsa"],
    ["EC_secp384r1", "EC-secp384r1", "ec"],
  ] as const)(
    "[AWS-10] asked for with key %s have %s, and neither text nor dates before they are issued",
    async (KeyAlgorithm, shown, type) => {
      const DomainName = `${type}.keys.localhost`;
      const { CertificateArn } = await cloud.certificates.send(
        new RequestCertificateCommand({ DomainName, ValidationMethod: "DNS", KeyAlgorithm }),
      );
      const describe = async () =>
        (await cloud.certificates.send(new DescribeCertificateCommand({ CertificateArn }))).Certificate;
      const text = () => cloud.certificates.send(new GetCertificateCommand({ CertificateArn }));
      const pending = await describe();
      expect(pending).toMatchObject({ KeyAlgorithm: shown, Status: "PENDING_VALIDATION" });
      expect(pending).not.toHaveProperty("NotAfter");
      await expect(text()).rejects.toMatchObject({ name: "RequestInProgressException" });
      await prove(DomainName, pending?.DomainValidationOptions?.[0]?.ResourceRecord);
      expect(await describe()).toMatchObject({ Status: "ISSUED", NotAfter: expect.any(Date) });
      expect(new X509Certificate(String((await text()).Certificate)).publicKey.asymmetricKeyType).toBe(type);
    },
  );

  it("[AWS-10] go by an ARN, and what is none is refused as such", async () => {
    const describe = new DescribeCertificateCommand({ CertificateArn: "x" });
    await expect(cloud.certificates.send(describe)).rejects.toMatchObject({ name: "ValidationException" });
  });

  it("are listed, carry tags, and are gone once deleted", async () => {
    const { CertificateArn } = await cloud.certificates.send(
      new RequestCertificateCommand({ DomainName: "x.localhost" }),
    );
    const tags = { CertificateArn, Tags: [{ Key: "stage", Value: "local" }] };
    await cloud.certificates.send(new AddTagsToCertificateCommand(tags));
    expect((await cloud.certificates.send(new ListTagsForCertificateCommand({ CertificateArn }))).Tags).toEqual(
      tags.Tags,
    );
    const listed = await cloud.certificates.send(new ListCertificatesCommand({}));
    expect(listed.CertificateSummaryList?.map((one) => one.CertificateArn)).toContain(CertificateArn);
    await cloud.certificates.send(new DeleteCertificateCommand({ CertificateArn }));
    const describe = new DescribeCertificateCommand({ CertificateArn });
    await expect(cloud.certificates.send(describe)).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });

  it("are not deleted while a balancer serves them", async () => {
    const fleet = await openFleet(cloud);
    const listed = await cloud.certificates.send(new ListCertificatesCommand({}));
    const used = listed.CertificateSummaryList?.find((one) => one.InUse);
    const { Certificate } = await cloud.certificates.send(
      new DescribeCertificateCommand({ CertificateArn: used?.CertificateArn }),
    );
    expect(Certificate?.InUseBy).toEqual([fleet.balancer]);
    const remove = new DeleteCertificateCommand({ CertificateArn: used?.CertificateArn });
    await expect(cloud.certificates.send(remove)).rejects.toMatchObject({ name: "ResourceInUseException" });
  });
});

describe("a certificate of a stack", () => {
  const provider = () => {
    const resource = cloud.acm.service.resources?.["AWS::CertificateManager::Certificate"];
    if (resource === undefined) throw new Error("ACM has no certificates for templates.");
    return resource;
  };
  const properties = (HostedZoneId: string) => ({
    DomainName: "mcp.example.com",
    SubjectAlternativeNames: ["*.mcp.example.com"],
    ValidationMethod: "DNS",
    DomainValidationOptions: ["mcp.example.com", "*.mcp.example.com"].map((DomainName) => ({
      DomainName,
      HostedZoneId,
    })),
  });

  it("[AWS-2] writes its CNAME into the zone, waits for the registrar, and leaves the record behind", async () => {
    const route53 = new Route53Client(cloud.served.client);
    const made = await route53.send(new CreateHostedZoneCommand({ Name: "example.com", CallerReference: "stack" }));
    const HostedZoneId = made.HostedZone?.Id ?? "";
    const records = async () =>
      (await route53.send(new ListResourceRecordSetsCommand({ HostedZoneId }))).ResourceRecordSets ?? [];
    cloud.acm.setDelegated(false);
    let issued = false;
    const creating = provider().create(properties(HostedZoneId), stackContext("Certificate"));
    const done = creating.then(() => {
      issued = true;
    });
    await vi.waitFor(async () => expect((await records()).map(({ Type }) => Type)).toContain("CNAME"));
    expect(issued).toBe(false);
    cloud.acm.setDelegated(true);
    await done;
    await provider().delete(await creating, properties(HostedZoneId), stackContext("Certificate"));
    expect((await records()).map(({ Type }) => Type)).toContain("CNAME");
    await expect(route53.send(new DeleteHostedZoneCommand({ Id: HostedZoneId }))).rejects.toMatchObject({
      name: "HostedZoneNotEmpty",
    });
    route53.destroy();
  });
});
