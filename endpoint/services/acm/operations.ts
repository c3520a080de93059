import * as v from "valibot";
import type { ProofRecord } from "#endpoint/core/ports.ts";
import { define, type Operations } from "#endpoint/core/service.ts";
import type { CertificateRecord } from "./certificates.ts";
import type { AcmEngine } from "./engine.ts";

const tag = v.object({ Key: v.string(), Value: v.optional(v.string(), "") });
const byArn = { CertificateArn: v.string() };
const requestInput = v.object({
  DomainName: v.string(),
  SubjectAlternativeNames: v.optional(v.array(v.string()), []),
  ValidationMethod: v.optional(v.picklist(["DNS", "EMAIL", "HTTP"]), "DNS"),
  KeyAlgorithm: v.optional(v.string(), "RSA_2048"),
  IdempotencyToken: v.optional(v.string()),
  Tags: v.optional(v.array(tag), []),
});

export function operationsOf({ certificates, authority, usedBy }: AcmEngine): Operations {
  return {
    RequestCertificate: define(requestInput, async (input) => {
      const request = {
        domainName: input.DomainName,
        alternativeNames: input.SubjectAlternativeNames,
        validationMethod: input.ValidationMethod,
        keyAlgorithm: input.KeyAlgorithm,
        idempotencyToken: input.IdempotencyToken,
      };
      const record = await certificates.request(request, new Map(input.Tags.map(({ Key, Value }) => [Key, Value])));
      return { CertificateArn: record.arn };
    }),
    DescribeCertificate: define(v.object(byArn), ({ CertificateArn }) => ({
      Certificate: detail(certificates.get(CertificateArn), usedBy(CertificateArn)),
    })),
    GetCertificate: define(v.object(byArn), ({ CertificateArn }) => ({
      Certificate: certificates.get(CertificateArn).x509.toString(),
      CertificateChain: authority.ca,
    })),
    ListCertificates: define(
      v.object({ CertificateStatuses: v.optional(v.array(v.string())) }),
      ({ CertificateStatuses }) => ({
        CertificateSummaryList: certificates
          .all()
          .filter(({ status }) => CertificateStatuses?.includes(status) ?? true)
          .map((record) => summary(record, usedBy(record.arn))),
      }),
    ),
    DeleteCertificate: define(v.object(byArn), ({ CertificateArn }) => {
      certificates.delete(CertificateArn, usedBy(CertificateArn));
      return {};
    }),
    AddTagsToCertificate: define(v.object({ ...byArn, Tags: v.array(tag) }), ({ CertificateArn, Tags }) => {
      const record = certificates.get(CertificateArn);
      record.tags = new Map([...record.tags, ...Tags.map(({ Key, Value }): [string, string] => [Key, Value])]);
      return {};
    }),
    RemoveTagsFromCertificate: define(v.object({ ...byArn, Tags: v.array(tag) }), ({ CertificateArn, Tags }) => {
      const record = certificates.get(CertificateArn);
      const gone = new Set(Tags.map(({ Key }) => Key));
      record.tags = new Map([...record.tags].filter(([key]) => !gone.has(key)));
      return {};
    }),
    ListTagsForCertificate: define(v.object(byArn), ({ CertificateArn }) => ({
      Tags: [...certificates.get(CertificateArn).tags].map(([Key, Value]) => ({ Key, Value })),
    })),
  };
}

function summary(record: CertificateRecord, users: readonly string[]) {
  return {
    CertificateArn: record.arn,
    DomainName: record.domainName,
    SubjectAlternativeNameSummaries: [record.domainName, ...record.alternativeNames],
    HasAdditionalSubjectAlternativeNames: false,
    Status: record.status,
    Type: "AMAZON_ISSUED",
    KeyAlgorithm: record.keyAlgorithm,
    InUse: users.length > 0,
    RenewalEligibility: "ELIGIBLE",
    NotBefore: record.x509.validFromDate,
    NotAfter: record.x509.validToDate,
    CreatedAt: record.createdAt,
    IssuedAt: record.issuedAt,
  };
}

function detail(record: CertificateRecord, users: readonly string[]) {
  const names = [...new Set([record.domainName, ...record.alternativeNames])];
  return {
    CertificateArn: record.arn,
    DomainName: record.domainName,
    SubjectAlternativeNames: names,
    DomainValidationOptions: names.map((DomainName, index) => ({
      DomainName,
      ValidationDomain: DomainName,
      ValidationStatus: record.issuedAt === undefined ? "PENDING_VALIDATION" : "SUCCESS",
      ValidationMethod: record.validationMethod,
      ResourceRecord: recordOf(record.proofs[index]),
    })),
    Serial: record.x509.serialNumber.toLowerCase(),
    Subject: `CN=${record.domainName}`,
    Issuer: record.x509.issuer.replace(/^CN=/, ""),
    CreatedAt: record.createdAt,
    IssuedAt: record.issuedAt,
    Status: record.status,
    NotBefore: record.x509.validFromDate,
    NotAfter: record.x509.validToDate,
    KeyAlgorithm: record.keyAlgorithm,
    SignatureAlgorithm: "SHA256WITHECDSA",
    InUseBy: users,
    Type: "AMAZON_ISSUED",
    RenewalEligibility: "ELIGIBLE",
  };
}

function recordOf(proof: ProofRecord | undefined) {
  return proof && { Name: proof.name, Type: "CNAME", Value: proof.value };
}
