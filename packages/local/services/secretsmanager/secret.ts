import { AwsError } from "#local/endpoint/errors.ts";
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

export const invalidParameter = (message: string) => new AwsError("InvalidParameterException", message);
export const invalidRequest = (message: string) => new AwsError("InvalidRequestException", message);
export const notFound = (message = "Secrets Manager can't find the specified secret.") =>
  new AwsError("ResourceNotFoundException", message);

export const MARKED_FOR_DELETION = "You can't perform this operation on the secret because it was marked for deletion.";
