import * as v from "valibot";
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

/** What ACM makes keys of; more can be imported. */
export const keyAlgorithm = v.optional(v.picklist(["RSA_2048", "EC_prime256v1", "EC_secp384r1"]), "RSA_2048");
