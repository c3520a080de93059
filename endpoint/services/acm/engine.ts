import type { Authority } from "#endpoint/certificates/authority.ts";
import type { Clock, Place, ProofRecords } from "#endpoint/core/ports.ts";
import type { Certificates } from "./certificates.ts";

export interface AcmPorts {
  readonly place: Place;
  readonly clock: Clock;
  readonly authority: Authority;
  readonly proofs: ProofRecords;
  /** The ARNs of what serves a certificate: it cannot be deleted meanwhile. */
  usedBy(certificateArn: string): readonly string[];
}

export interface AcmEngine extends AcmPorts {
  readonly certificates: Certificates;
}
