const iamPaths = [
  ...["user/", "federated-user/", "role/", "group/", "instance-profile/", "mfa/", "server-certificate/", "policy/"],
  ...["sms-mfa/", "saml-provider/", "oidc-provider/", "report/", "access-report/"],
];

/** What is wrong with the resource of a policy, in IAM's words; `legacy` where its older parser stumbles. */
export function resourceFault(resource: string): string | undefined {
  if (resource === "*") return undefined;
  const parts = resource.split(":");
  if (parts.length === 1) return `Resource ${resource} must be in ARN format or "*".`;
  const [, partition = "", vendor, region = "", account, ...rest] = parts;
  if (!/^aws(?:-[a-z]+)*$/.test(partition)) {
    const shown = [vendor, parts[3], account, rest.length > 0 ? rest.join(":") : undefined].map((it) => it ?? "*");
    return `Partition "${partition}" is not valid for resource "arn:${partition}:${shown.join(":")}".`;
  }
  if (vendor === undefined) return "Resource vendor must be fully qualified and cannot contain regexes.";
  if (vendor === "" || (resource.includes("::") && parts.length < 6)) return "legacy";
  switch (vendor) {
    case "iam":
      return iamFault(resource, region, rest.join(":"));
    case "s3":
      return region === "" ? undefined : `Resource ${resource} can not contain region information.`;
    default:
      return undefined;
  }
}

function iamFault(resource: string, region: string, path: string): string | undefined {
  if (region !== "") return `IAM resource ${resource} cannot contain region information.`;
  if (path.startsWith("*") || iamPaths.some((start) => path.startsWith(start))) return undefined;
  return `IAM resource path must either be "*" or start with ${iamPaths.join(", ")}.`;
}
