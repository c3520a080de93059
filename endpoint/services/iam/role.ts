import { randomBytes } from "node:crypto";
import type { Policy } from "./policy-document.ts";

export interface Role {
  readonly name: string;
  readonly path: string;
  readonly id: string;
  readonly arn: string;
  readonly createdAt: Date;
  readonly trust: Policy;
  readonly description?: string | undefined;
  /** Seconds. */
  readonly maxSessionDuration: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly boundaryArn?: string | undefined;
  readonly inline: ReadonlyMap<string, Policy>;
  /** ARNs of managed policies, in the order of attachment. */
  readonly attached: readonly string[];
}

/** IAM as STS asks it. */
export interface RoleFinder {
  findRole(roleArn: string): Role | undefined;
}

export interface ManagedPolicy {
  readonly name: string;
  readonly path: string;
  readonly id: string;
  readonly arn: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly description?: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly defaultVersionId: string;
  readonly versions: readonly PolicyVersion[];
}

export interface PolicyVersion {
  readonly id: string;
  readonly policy: Policy;
  readonly createdAt: Date;
}

const idAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** Unique ids show their kind by prefix: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html */
export function uniqueId(prefix: "AROA" | "ANPA"): string {
  return prefix + [...randomBytes(17)].map((byte) => idAlphabet.charAt(byte % idAlphabet.length)).join("");
}

export function defaultVersion(policy: ManagedPolicy): Policy {
  const version = policy.versions.find((it) => it.id === policy.defaultVersionId);
  if (!version) throw new Error(`${policy.arn} has no version ${policy.defaultVersionId}.`);
  return version.policy;
}
