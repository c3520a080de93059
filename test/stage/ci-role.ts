import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import type { PolicyName } from "#cli/policy/names.ts";
import { policyOf } from "#cli/policy/policy.ts";
import type { StagePlan } from "#fleet";
import type { FleetStage } from "./stage.ts";

/** The operator, with one role's rights at a time. */
export interface CiRole {
  /** Does it with no other rights than `fleet policy <name>` prints, but for the statements left out. */
  as<T>(name: PolicyName, work: () => Promise<T>, without?: readonly string[]): Promise<T>;
  /** Actions of the first policy that were called with none of these. */
  uncalled(...names: readonly [PolicyName, ...PolicyName[]]): readonly string[];
  /** What was refused, but where a statement was left out. */
  readonly refused: readonly string[];
}

const RoleName = "fleet-ci";

export async function openCiRole({ client, cloud }: FleetStage, plan: StagePlan): Promise<CiRole> {
  const iam = new IAMClient(client);
  const trust = { Effect: "Allow", Principal: { AWS: plan.account }, Action: "sts:AssumeRole" };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [trust] });
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
  const called = new Map<PolicyName, Set<string>>();
  const refused: string[] = [];
  let acting: { readonly name: PolicyName; readonly whole: boolean } | undefined;
  cloud.journal.subscribe(({ caller, service, operation, errorCode = "" }) => {
    if (acting === undefined || caller?.includes(`/${RoleName}/`) !== true) return;
    const action = `${service === "monitoring" ? "cloudwatch" : service}:${operation}`;
    called.set(acting.name, (called.get(acting.name) ?? new Set()).add(action));
    if (acting.whole && /^(AccessDenied|UnauthorizedOperation)/.test(errorCode))
      refused.push(`${acting.name} ${action}`);
  });
  return {
    async as(name, work, without = []) {
      const policy = policyOf(name, plan);
      const Statement = policy.Statement.filter(({ Sid }) => !without.includes(Sid));
      const PolicyDocument = JSON.stringify({ ...policy, Statement });
      await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "fleet", PolicyDocument }));
      acting = { name, whole: without.length === 0 };
      cloud.actAs(Role?.Arn);
      try {
        return await work();
      } finally {
        cloud.actAs(undefined);
        acting = undefined;
      }
    },
    uncalled(...names) {
      const all = new Set(names.flatMap((name) => [...(called.get(name) ?? [])]));
      const actions = new Set(policyOf(names[0], plan).Statement.flatMap(({ Action }) => Action));
      return [...actions].filter((action) => !all.has(action)).sort();
    },
    refused,
  };
}
