import type { RotationRules } from "./rotation-rules.ts";
import type { Versions } from "./versions.ts";

export interface RotationSetup {
  readonly enabled: boolean;
  readonly lambdaArn: string;
  readonly rules: RotationRules | undefined;
  /** Milliseconds since the epoch; `undefined` without a schedule. */
  readonly nextAt: number | undefined;
}

/** Times are milliseconds since the epoch. */
export interface Secret {
  readonly arn: string;
  readonly name: string;
  readonly createdAt: number;
  /** `undefined` until the first tag is put. */
  tags: ReadonlyMap<string, string> | undefined;
  description: string | undefined;
  kmsKeyId: string | undefined;
  versions: Versions;
  /** The version of a rotation that has not succeeded yet, and those there were then: one more abandons it. */
  announced: { readonly id: string; readonly known: ReadonlySet<string> } | undefined;
  policy: string | undefined;
  rotation: RotationSetup | undefined;
  changedAt: number;
  accessedAt: number | undefined;
  rotatedAt: number | undefined;
  /** When it goes, if it is marked for deletion. */
  deletionAt: number | undefined;
}
