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
  readonly tags: Map<string, string>;
  description: string | undefined;
  kmsKeyId: string | undefined;
  versions: Versions;
  policy: string | undefined;
  rotation: RotationSetup | undefined;
  changedAt: number;
  accessedAt: number | undefined;
  rotatedAt: number | undefined;
  /** When it goes, if it is marked for deletion. */
  deletionAt: number | undefined;
}
