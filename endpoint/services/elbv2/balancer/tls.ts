import type { SecureContextOptions, SecureVersion } from "node:tls";

/**
 * The security policies this balancer accepts, by the TLS versions they allow. Those that still allow TLS 1.0 or 1.1
 * are taken, but not below 1.2: no client on this machine needs it.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
 */
export const sslPolicies: ReadonlyMap<string, readonly SecureVersion[]> = new Map<string, readonly SecureVersion[]>([
  ["ELBSecurityPolicy-TLS13-1-3-2021-06", ["TLSv1.3"]],
  ["ELBSecurityPolicy-TLS13-1-2-2021-06", ["TLSv1.2", "TLSv1.3"]],
  ["ELBSecurityPolicy-TLS13-1-2-Res-2021-06", ["TLSv1.2", "TLSv1.3"]],
  ["ELBSecurityPolicy-TLS13-1-2-Ext1-2021-06", ["TLSv1.2", "TLSv1.3"]],
  ["ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06", ["TLSv1.2", "TLSv1.3"]],
  ["ELBSecurityPolicy-TLS13-1-1-2021-06", ["TLSv1.1", "TLSv1.2", "TLSv1.3"]],
  ["ELBSecurityPolicy-TLS13-1-0-2021-06", ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"]],
  ["ELBSecurityPolicy-TLS-1-2-2017-01", ["TLSv1.2"]],
  ["ELBSecurityPolicy-TLS-1-2-Ext-2018-06", ["TLSv1.2"]],
  ["ELBSecurityPolicy-TLS-1-1-2017-01", ["TLSv1.1", "TLSv1.2"]],
  ["ELBSecurityPolicy-FS-1-2-Res-2020-10", ["TLSv1.2"]],
  ["ELBSecurityPolicy-FS-1-2-Res-2019-08", ["TLSv1.2"]],
  ["ELBSecurityPolicy-FS-1-2-2019-08", ["TLSv1.2"]],
  ["ELBSecurityPolicy-FS-1-1-2019-08", ["TLSv1.1", "TLSv1.2"]],
  ["ELBSecurityPolicy-FS-2018-06", ["TLSv1", "TLSv1.1", "TLSv1.2"]],
  ["ELBSecurityPolicy-2016-08", ["TLSv1", "TLSv1.1", "TLSv1.2"]],
]);

/** The policy of a listener that names none. */
export const defaultSslPolicy = "ELBSecurityPolicy-2016-08";

export function tlsVersions(policy: string): Pick<SecureContextOptions, "minVersion" | "maxVersion"> {
  const versions = sslPolicies.get(policy) ?? [];
  return {
    minVersion: versions.includes("TLSv1.2") ? "TLSv1.2" : "TLSv1.3",
    maxVersion: versions.includes("TLSv1.3") ? "TLSv1.3" : "TLSv1.2",
  };
}
