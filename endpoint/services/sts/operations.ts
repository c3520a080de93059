import * as v from "valibot";
import { AwsError, notEmulated } from "#endpoint/core/errors.ts";
import { assumedRoleArn } from "#endpoint/core/identities.ts";
import { numeric } from "#endpoint/core/properties.ts";
import { type Caller, define, type Operations } from "#endpoint/core/service.ts";
import type { Role, RoleFinder } from "#endpoint/services/iam/role.ts";
import { trustIn } from "#endpoint/services/iam/trust.ts";
import type { StsPorts } from "./engine.ts";

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
const assumeRole = v.object({
  RoleArn: v.pipe(v.string(), v.minLength(20), v.maxLength(2048)),
  RoleSessionName: v.pipe(v.string(), v.minLength(2), v.maxLength(64), v.regex(/^[\w+=,.@-]*$/)),
  DurationSeconds: v.optional(v.pipe(numeric, v.integer(), v.minValue(900), v.maxValue(43_200)), 3600),
  ExternalId: v.optional(v.string()),
  Policy: v.optional(v.string()),
  PolicyArns: v.optional(v.array(v.unknown()), []),
  Tags: v.optional(v.array(v.unknown()), []),
});

/** Seconds a session may last that was opened by another session. */
const chainedLimit = 3600;

export function operationsOf(ports: StsPorts): Operations {
  return {
    GetCallerIdentity: define(v.unknown(), (_input, { caller }) => ({
      UserId: userId(caller, ports.roles),
      Account: ports.place.account,
      Arn: caller.arn,
    })),
    AssumeRole: define(assumeRole, (input, { caller }) => {
      if (input.Policy !== undefined || input.PolicyArns.length > 0) throw notEmulated("A session policy");
      if (input.Tags.length > 0) throw notEmulated("A session tag");
      const role = assumable(input, caller, ports);
      const limit = caller.kind === "role" ? chainedLimit : role.maxSessionDuration;
      if (input.DurationSeconds > limit) throw tooLong(caller);
      const expiresAt = ports.clock.now() + input.DurationSeconds * 1000;
      const credentials = ports.identities.issueUntil(role.arn, input.RoleSessionName, expiresAt);
      return {
        Credentials: {
          AccessKeyId: credentials.accessKeyId,
          SecretAccessKey: credentials.secretAccessKey,
          SessionToken: credentials.sessionToken,
          Expiration: new Date(expiresAt),
        },
        AssumedRoleUser: {
          AssumedRoleId: `${role.id}:${input.RoleSessionName}`,
          Arn: assumedRoleArn(role.arn, input.RoleSessionName),
        },
      };
    }),
  };
}

/** A role that is not there is refused in the same words, so that nobody learns which roles exist. */
function assumable(input: v.InferOutput<typeof assumeRole>, caller: Caller, ports: StsPorts): Role {
  const { RoleArn, RoleSessionName, ExternalId } = input;
  const role = ports.roles.findRole(RoleArn);
  const conditionKeys = {
    "sts:RoleSessionName": RoleSessionName,
    ...(ExternalId !== undefined && { "sts:ExternalId": ExternalId }),
  };
  const trust = role ? trustIn(role, caller, conditionKeys) : "none";
  const question = { action: "sts:AssumeRole", resource: RoleArn, conditionKeys };
  const allowed =
    trust === "named" ||
    (trust === "account" &&
      (caller.kind === "operator" || ports.authorizer.decide({ principal: caller, ...question }) === "allowed"));
  if (!role || !allowed) {
    throw new AwsError(
      "AccessDenied",
      `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${RoleArn}`,
      403,
    );
  }
  return role;
}

function tooLong(caller: Caller): AwsError {
  return new AwsError(
    "ValidationError",
    caller.kind === "role"
      ? "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
      : "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
  );
}

function userId(caller: Caller, roles: RoleFinder): string {
  switch (caller.kind) {
    case "operator":
      return "AIDALOCALOPERATOR0000";
    case "role":
      return `${roles.findRole(caller.roleArn)?.id ?? "AROAUNKNOWN"}:${caller.sessionName}`;
  }
}
