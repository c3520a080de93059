import { randomUUID, X509Certificate } from "node:crypto";
import type { Authority, Certificate } from "#endpoint/certificates/authority.ts";
import { AwsError } from "#endpoint/core/errors.ts";
import type { Clock, Place } from "#endpoint/core/ports.ts";

export interface CertificateRequest {
  readonly domainName: string;
  readonly alternativeNames: readonly string[];
  readonly validationMethod: string;
  readonly keyAlgorithm: string;
  readonly idempotencyToken: string | undefined;
}

/** https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateSummary.html */
export type CertificateStatus = "ISSUED" | "PENDING_VALIDATION" | "EXPIRED";

export interface CertificateRecord extends CertificateRequest {
  readonly arn: string;
  readonly createdAt: Date;
  readonly issued: Certificate;
  readonly x509: X509Certificate;
  tags: ReadonlyMap<string, string>;
  status: CertificateStatus;
}

/** How long a repeated request with the same token means the same certificate. */
const idempotencyWindow = 60 * 60 * 1000;

/**
 * The certificates of the account. AWS waits for proof that the domain is the caller's; the local authority signs at
 * once, since nobody but this project trusts it.
 */
export class Certificates {
  readonly #place: Place;
  readonly #clock: Clock;
  readonly #authority: Authority;
  readonly #records = new Map<string, CertificateRecord>();

  constructor(place: Place, clock: Clock, authority: Authority) {
    this.#place = place;
    this.#clock = clock;
    this.#authority = authority;
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
    const issued = await this.#authority.issue(names);
    const { region, account } = this.#place;
    const record: CertificateRecord = {
      ...request,
      arn: `arn:aws:acm:${region}:${account}:certificate/${randomUUID()}`,
      createdAt: new Date(this.#clock.now()),
      issued,
      x509: new X509Certificate(issued.certificate),
      tags,
      status: "ISSUED",
    };
    this.#records.set(record.arn, record);
    return record;
  }

  get(arn: string): CertificateRecord {
    const record = this.#records.get(arn);
    if (record === undefined) {
      throw new AwsError(
        "ResourceNotFoundException",
        `Could not find certificate ${arn} in account ${this.#place.account}.`,
      );
    }
    return record;
  }

  find(arn: string): CertificateRecord | undefined {
    return this.#records.get(arn);
  }

  all(): readonly CertificateRecord[] {
    return [...this.#records.values()];
  }

  delete(arn: string, usedBy: readonly string[]): void {
    this.get(arn);
    if (usedBy.length > 0) {
      throw new AwsError("ResourceInUseException", `Certificate ${arn} in account ${this.#place.account} is in use.`);
    }
    this.#records.delete(arn);
  }

  #repeats(record: CertificateRecord, request: CertificateRequest): boolean {
    const recent = this.#clock.now() - record.createdAt.getTime() < idempotencyWindow;
    return request.idempotencyToken !== undefined && recent && identityOf(record) === identityOf(request);
  }
}

function identityOf({ idempotencyToken, domainName, alternativeNames }: CertificateRequest): string {
  return JSON.stringify([idempotencyToken, domainName, [...alternativeNames].sort()]);
}
