import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import type { ProofRecord } from "#endpoint/core/ports.ts";
import { define, type Operations } from "#endpoint/core/service.ts";
import type { CertificateRecord } from "./certificates.ts";
import { type AcmEngine, keyAlgorithm } from "./engine.ts";

const tag = v.object({ Key: v.string(), Value: v.optional(v.string(), "") });
const byArn = {
  CertificateArn: v.pipe(
    v.string(),
    v.minLength(20),
    v.regex(/^arn:[\w+=/,.@-]+:acm:[\w+=/,.@-]*:[0-9]+:[\w+=,.@-]+(\/[\w+=,.@-]+)*$/),
  ),
};
const requestInput = v.object({
  DomainName: v.string(),
  SubjectAlternativeNames: v.optional(v.array(v.string()), []),
  ValidationMethod: v.optional(v.picklist(["DNS", "EMAIL", "HTTP"]), "DNS"),
  KeyAlgorithm: keyAlgorithm,
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
    GetCertificate: define(v.object(byArn), ({ CertificateArn }) => {
      const { x509, issuedAt } = certificates.get(CertificateArn);
      if (issuedAt === undefined) {
        throw new AwsError("RequestInProgressException", `Certificate ${CertificateArn} is not issued yet.`);
      }
      return { Certificate: x509.toString(), CertificateChain: authority.ca };
    }),
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
    DomainName: record.domainName,
    SubjectAlternativeNameSummaries: [record.domainName, ...record.alternativeNames],
    HasAdditionalSubjectAlternativeNames: false,
    InUse: users.length > 0,
    ...common(record, users),
  };
}

function detail(record: CertificateRecord, users: readonly string[]) {
  const names = [...new Set([record.domainName, ...record.alternativeNames])];
  return {
    DomainName: record.domainName,
    SubjectAlternativeNames: names,
    DomainValidationOptions: names.map((DomainName, index) => ({
      DomainName,
      ValidationDomain: DomainName,
      ValidationStatus: record.issuedAt === undefined ? "PENDING_VALIDATION" : "SUCCESS",
      ValidationMethod: record.validationMethod,
      ResourceRecord: recordOf(record.proofs[index]),
    })),
    Serial: record.issuedAt && record.x509.serialNumber.toLowerCase().replace(/..(?=.)/g, "$&:"),
    Subject: `CN=${record.domainName}`,
    Issuer: record.x509.issuer.replace(/^CN=/, ""),
    SignatureAlgorithm: record.keyAlgorithm.startsWith("RSA") ? "SHA256WITHRSA" : "SHA256WITHECDSA",
    InUseBy: users,
    ...common(record, users),
  };
}

/** A certificate has no dates before it is issued, and is renewed while something serves it. */
function common(record: CertificateRecord, users: readonly string[]) {
  return {
    CertificateArn: record.arn,
    Status: record.status,
    Type: "AMAZON_ISSUED",
    KeyAlgorithm: record.keyAlgorithm.replaceAll("_", "-"),
    RenewalEligibility: users.length > 0 ? "ELIGIBLE" : "INELIGIBLE",
    CreatedAt: record.createdAt,
    IssuedAt: record.issuedAt,
    NotBefore: record.issuedAt && record.x509.validFromDate,
    NotAfter: record.issuedAt && record.x509.validToDate,
  };
}

function recordOf(proof: ProofRecord | undefined) {
  return proof && { Name: proof.name, Type: "CNAME", Value: proof.value };
}
