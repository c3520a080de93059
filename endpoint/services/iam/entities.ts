import { AwsError, notEmulated } from "#endpoint/core/errors.ts";
import type { Policies } from "./authorization.ts";
import { awsManagedPrefix, findAwsManagedPolicy } from "./aws-managed-policies.ts";
import { type Policy, policySize } from "./policy-document.ts";
import { defaultVersion, type ManagedPolicy, type Role } from "./role.ts";

/** Characters: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const inlineLimit = 10_240;
/** Attached managed policies a role, the default quota. */
const attachedLimit = 20;

/** The account's roles and managed policies, in memory. Each change replaces a record as a whole. */
export class Entities implements Policies {
  readonly #roles = new Map<string, Role>();
  readonly #policies = new Map<string, ManagedPolicy>();

  role(name: string): Role {
    const role = this.#roles.get(name);
    if (!role) throw noSuchEntity(`The role with name ${name} cannot be found.`);
    return role;
  }

  findRole(roleArn: string): Role | undefined {
    const role = this.#roles.get(roleArn.slice(roleArn.lastIndexOf("/") + 1));
    return role?.arn === roleArn ? role : undefined;
  }

  roles(): readonly Role[] {
    return [...this.#roles.values()].sort((a, b) => a.name.localeCompare(b.name));
  }

  hasRole(name: string): boolean {
    return this.#roles.has(name);
  }

  addRole(role: Role): void {
    // Names differ in more than case: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
    if (this.roles().some((it) => it.name.toLowerCase() === role.name.toLowerCase())) {
      throw new AwsError("EntityAlreadyExists", `Role with name ${role.name} already exists.`, 409);
    }
    this.#roles.set(role.name, role);
  }

  changeRole(name: string, change: Partial<Role>): void {
    this.#roles.set(name, { ...this.role(name), ...change });
  }

  removeRole(name: string): void {
    const role = this.role(name);
    if (role.attached.length > 0) throw deleteConflict("Cannot delete entity, must detach all policies first.");
    if (role.inline.size > 0) throw deleteConflict("Cannot delete entity, must delete policies first.");
    this.#roles.delete(name);
  }

  putInline(roleName: string, policyName: string, policy: Policy): void {
    const inline = new Map(this.role(roleName).inline).set(policyName, policy);
    const size = [...inline.values()].reduce((sum, it) => sum + policySize(it), 0);
    if (size > inlineLimit) {
      throw new AwsError(
        "LimitExceeded",
        `Maximum policy size of ${inlineLimit} bytes exceeded for role ${roleName}`,
        409,
      );
    }
    this.changeRole(roleName, { inline });
  }

  inline(roleName: string, policyName: string): Policy {
    const policy = this.role(roleName).inline.get(policyName);
    if (!policy) throw noSuchEntity(`The role policy with name ${policyName} cannot be found.`);
    return policy;
  }

  deleteInline(roleName: string, policyName: string): void {
    this.inline(roleName, policyName);
    const inline = new Map(this.role(roleName).inline);
    inline.delete(policyName);
    this.changeRole(roleName, { inline });
  }

  attach(roleName: string, policyArn: string): void {
    const { attached } = this.role(roleName);
    this.policy(policyArn);
    if (attached.includes(policyArn)) return;
    if (attached.length >= attachedLimit) {
      throw new AwsError("LimitExceeded", `Cannot exceed quota for PoliciesPerRole: ${attachedLimit}`, 409);
    }
    this.changeRole(roleName, { attached: [...attached, policyArn] });
  }

  detach(roleName: string, policyArn: string): void {
    const { attached } = this.role(roleName);
    if (!attached.includes(policyArn)) throw noSuchEntity(`Policy ${policyArn} was not found.`);
    this.changeRole(roleName, { attached: attached.filter((it) => it !== policyArn) });
  }

  policy(arn: string): ManagedPolicy {
    const policy = this.#policies.get(arn) ?? findAwsManagedPolicy(arn);
    if (policy) return policy;
    if (arn.startsWith(awsManagedPrefix)) throw notEmulated(`The AWS-managed policy ${arn}`);
    throw noSuchEntity(`Policy ${arn} does not exist or is not attachable.`);
  }

  policies(): readonly ManagedPolicy[] {
    return [...this.#policies.values()];
  }

  addPolicy(policy: ManagedPolicy): void {
    if (this.policies().some((it) => it.name.toLowerCase() === policy.name.toLowerCase())) {
      throw new AwsError(
        "EntityAlreadyExists",
        `A policy called ${policy.name} already exists. Duplicate names are not allowed.`,
        409,
      );
    }
    this.#policies.set(policy.arn, policy);
  }

  changePolicy(arn: string, change: Partial<ManagedPolicy>): void {
    this.#policies.set(arn, { ...this.customerPolicy(arn), ...change });
  }

  removePolicy(arn: string): void {
    const policy = this.customerPolicy(arn);
    if (this.rolesWith(arn).length > 0) throw deleteConflict("Cannot delete a policy attached to entities.");
    if (policy.versions.length > 1) {
      throw deleteConflict(
        "This policy has more than one version. Before you delete a policy, you must delete the policy's versions.",
      );
    }
    this.#policies.delete(arn);
  }

  /** A policy of this account: AWS's own cannot be changed. */
  customerPolicy(arn: string): ManagedPolicy {
    const policy = this.#policies.get(arn);
    if (policy) return policy;
    if (findAwsManagedPolicy(arn)) throw new AwsError("AccessDenied", `Policy ${arn} is managed by AWS.`, 403);
    throw noSuchEntity(`Policy ${arn} was not found.`);
  }

  rolesWith(policyArn: string): readonly Role[] {
    return this.roles().filter((role) => role.attached.includes(policyArn));
  }

  policiesOf(role: Role): readonly Policy[] {
    return [...role.inline.values(), ...role.attached.map((arn) => defaultVersion(this.policy(arn)))];
  }

  boundaryOf(role: Role): Policy | undefined {
    return role.boundaryArn === undefined ? undefined : defaultVersion(this.policy(role.boundaryArn));
  }
}

export function noSuchEntity(message: string): AwsError {
  return new AwsError("NoSuchEntity", message, 404);
}

function deleteConflict(message: string): AwsError {
  return new AwsError("DeleteConflict", message, 409);
}
