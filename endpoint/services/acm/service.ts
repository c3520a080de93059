import { AwsError } from "#endpoint/core/errors.ts";
import type { AwsService } from "#endpoint/core/service.ts";
import { type CertificateStatus, Certificates } from "./certificates.ts";
import type { AcmPorts } from "./engine.ts";
import { operationsOf } from "./operations.ts";
import { quotas } from "./quotas.ts";
import { resourcesOf } from "./resources.ts";

export interface Acm {
  readonly service: AwsService;
  /** Certificates as the balancer serves them. */
  readonly certificates: { read(arn: string): Promise<{ readonly certificate: string; readonly privateKey: string }> };
  /** Whether registrars name the zones' name servers, as they do at first: until then no certificate is issued. */
  setDelegated(delegated: boolean): void;
  /** What ACM says of a domain's certificates, whatever the balancer serves: here nothing expires. */
  setStatus(domainName: string, status: CertificateStatus): void;
}

/** Certificate Manager: certificates are signed by the project's own authority. */
export function createAcm(ports: AcmPorts): Acm {
  const certificates = new Certificates(ports.place, ports.clock, ports.authority, ports.proofs);
  const engine = { ...ports, certificates };
  return {
    service: {
      signingName: "acm",
      protocol: { kind: "json" },
      operations: operationsOf(engine),
      quotas,
      resources: resourcesOf(engine),
    },
    setDelegated(delegated) {
      certificates.delegated = delegated;
    },
    setStatus(domainName, status) {
      for (const record of certificates.all()) if (record.domainName === domainName) record.status = status;
    },
    certificates: {
      async read(arn) {
        const record = certificates.find(arn);
        if (record === undefined) throw new AwsError("CertificateNotFound", `Certificate '${arn}' not found`);
        return record.issued;
      },
    },
  };
}
