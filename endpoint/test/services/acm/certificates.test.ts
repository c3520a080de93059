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
  waitUntilCertificateValidated,
} from "@aws-sdk/client-acm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Cloud, openCloud, openFleet } from "../elbv2/cloud.ts";

let cloud: Cloud;
beforeAll(async () => {
  cloud = await openCloud();
});
afterAll(() => cloud.close());

const wanted: RequestCertificateCommandInput = {
  DomainName: "mcp.localhost",
  SubjectAlternativeNames: ["*.mcp.localhost"],
  ValidationMethod: "DNS",
};

describe("certificates", () => {
  it("[DNS-2] are issued at once for the domain and its wildcard, by the local authority", async () => {
    const { CertificateArn } = await cloud.certificates.send(new RequestCertificateCommand(wanted));
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
