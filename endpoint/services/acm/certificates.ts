import { randomUUID, X509Certificate } from "node:crypto";
import type { Authority, Certificate, KeyAlgorithm } from "#endpoint/certificates/authority.ts";
import { AwsError } from "#endpoint/core/errors.ts";
import type { Clock, Place, ProofRecord, ProofRecords } from "#endpoint/core/ports.ts";

import { proofOf } from "./proof.ts";

export interface CertificateRequest {
  readonly domainName: string;
  readonly alternativeNames: readonly string[];
  readonly validationMethod: string;
  readonly keyAlgorithm: KeyAlgorithm;
  readonly idempotencyToken: string | undefined;
}

/** https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateSummary.html */
export type CertificateStatus = "ISSUED" | "PENDING_VALIDATION" | "EXPIRED";

export interface CertificateRecord extends CertificateRequest {
  readonly arn: string;
  readonly createdAt: Date;
  readonly issued: Certificate;
  readonly x509: X509Certificate;
  /** For each name, in their order; none where the certificate is not validated by DNS. */
  readonly proofs: readonly ProofRecord[];
  issuedAt: Date | undefined;
  tags: ReadonlyMap<string, string>;
  status: CertificateStatus;
}

/** How long a repeated request with the same token means the same certificate. */
const idempotencyWindow = 60 * 60 * 1000;

/**
 * The certificates of the account. One that is validated by DNS is issued once its CNAME is in a public zone here, any
 * other at once: nobody reads mail here.
 */
export class Certificates {
  readonly #place: Place;
  readonly #clock: Clock;
  readonly #authority: Authority;
  readonly #proofs: ProofRecords;
  /** Whether registrars name the zones' name servers: until they do, ACM sees no record. */
  delegated = true;
  readonly #records = new Map<string, CertificateRecord>();

  constructor(place: Place, clock: Clock, authority: Authority, proofs: ProofRecords) {
    this.#place = place;
    this.#clock = clock;
    this.#authority = authority;
    this.#proofs = proofs;
  }

  async request(request: CertificateRequest, tags: ReadonlyMap<string, string>): Promise<CertificateRecord> {
    const repeated = this.all().find((record) => this.#repeats(record, request));
    if (repeated !== undefined) return repeated;
    const names = [request.domainName, ...request.alternativeNames];
    const wrong = names.find(
      (name) => name.length > 253 || !/^(\*\.)?([a-z0-9_-]{1,63}\.)*[a-z0-9-]{1,63}$/i.test(name),
    );
    if (wrong !== undefined) {
      throw new AwsError("InvalidDomainValidationOptionsException", `The domain name '${wrong}' is not valid.`);
    }
    const issued = await this.#authority.issue(names, request.keyAlgorithm);
    const { region, account } = this.#place;
    const record: CertificateRecord = {
      ...request,
      arn: `arn:aws:acm:${region}:${account}:certificate/${randomUUID()}`,
      createdAt: new Date(this.#clock.now()),
      issued,
      x509: new X509Certificate(issued.certificate),
      tags,
      proofs: request.validationMethod === "DNS" ? names.map((name) => proofOf(account, name)) : [],
      issuedAt: undefined,
      status: "PENDING_VALIDATION",
    };
    this.#records.set(record.arn, record);
    return record;
  }

  get(arn: string): CertificateRecord {
    const record = this.find(arn);
    if (record === undefined) {
      throw new AwsError(
        "ResourceNotFoundException",
        `Could not find certificate ${arn} in account ${this.#place.account}.`,
      );
    }
    return record;
  }

  find(arn: string): CertificateRecord | undefined {
    return this.all().find((record) => record.arn === arn);
  }

  all(): readonly CertificateRecord[] {
    const all = [...this.#records.values()];
    for (const record of all) this.#validate(record);
    return all;
  }

  delete(arn: string, usedBy: readonly string[]): void {
    this.get(arn);
    if (usedBy.length > 0) {
      throw new AwsError("ResourceInUseException", `Certificate ${arn} in account ${this.#place.account} is in use.`);
    }
    this.#records.delete(arn);
  }

  /** Once it is issued it stays so, whatever becomes of the proof. */
  #validate(record: CertificateRecord): void {
    const proven = this.delegated && record.proofs.every((proof) => this.#proofs.has(proof));
    if (record.issuedAt !== undefined || !(proven || record.proofs.length === 0)) return;
    record.issuedAt = new Date(this.#clock.now());
    record.status = "ISSUED";
  }

  #repeats(record: CertificateRecord, request: CertificateRequest): boolean {
    const recent = this.#clock.now() - record.createdAt.getTime() < idempotencyWindow;
    return request.idempotencyToken !== undefined && recent && identityOf(record) === identityOf(request);
  }
}

function identityOf({ idempotencyToken, domainName, alternativeNames }: CertificateRequest): string {
  return JSON.stringify([idempotencyToken, domainName, [...alternativeNames].sort()]);
}
