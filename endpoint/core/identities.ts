import { randomBytes } from "node:crypto";
import type { CredentialIssuer, RoleCredentials } from "./ports.ts";
import type { Caller } from "./service.ts";

/** This prefix distinguishes keys issued here from a developer's own temporary keys, which also begin with ASIA. */
const prefix = "ASIALOCAL";
/** The key that `fleet`, `npm start` and the tests sign with. */
const operatorKey = "operator";
const sessionName = "operator";
const keyAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** Who holds which access key. In memory: keys issued before a restart are unknown afterwards, and refused. */
export interface Identities extends CredentialIssuer {
  /** Credentials without an end, for a task or a function, which live no longer than this process. */
  issue(roleArn: string, sessionName: string): RoleCredentials;
  /** As STS issues them; `expiresAt` in milliseconds since the epoch. */
  issueUntil(roleArn: string, sessionName: string, expiresAt: number): RoleCredentials;
  /** Lets the operator's calls be those of a role, until it is given `undefined`: they may do what the role may. */
  actAs(roleArn: string | undefined): void;
  /** Any key that was not issued here is the operator's: whoever can reach loopback may act as them. */
  recognise(accessKeyId: string): Caller | "expired" | "unknown";
}

interface Session {
  readonly caller: Caller;
  readonly expiresAt: number;
}

export function createIdentities(options: { readonly account: string; readonly clock: { now(): number } }): Identities {
  const sessions = new Map<string, Session>();
  let role: string | undefined;

  function issueUntil(roleArn: string, sessionName: string, expiresAt: number): RoleCredentials {
    const accessKeyId = prefix + randomText(20 - prefix.length);
    const arn = assumedRoleArn(roleArn, sessionName);
    sessions.set(accessKeyId, { caller: { kind: "role", accessKeyId, roleArn, sessionName, arn }, expiresAt });
    return {
      accessKeyId,
      secretAccessKey: randomBytes(30).toString("base64"),
      sessionToken: randomBytes(96).toString("base64"),
    };
  }

  return {
    actAs(roleArn) {
      role = roleArn;
    },
    issueUntil,
    issue: (roleArn, sessionName) => issueUntil(roleArn, sessionName, Number.POSITIVE_INFINITY),
    recognise(accessKeyId) {
      if (accessKeyId === operatorKey && role !== undefined) {
        return { kind: "role", accessKeyId, roleArn: role, sessionName, arn: assumedRoleArn(role, sessionName) };
      }
      if (!accessKeyId.startsWith(prefix)) {
        return { kind: "operator", accessKeyId, arn: `arn:aws:iam::${options.account}:user/operator` };
      }
      const session = sessions.get(accessKeyId);
      if (!session) return "unknown";
      return session.expiresAt > options.clock.now() ? session.caller : "expired";
    },
  };
}

/** The path of a role is not part of its sessions' ARN. */
export function assumedRoleArn(roleArn: string, sessionName: string): string {
  const [, partition, , , account] = roleArn.split(":");
  const roleName = roleArn.slice(roleArn.lastIndexOf("/") + 1);
  return `arn:${partition ?? "aws"}:sts::${account ?? ""}:assumed-role/${roleName}/${sessionName}`;
}

function randomText(length: number): string {
  return [...randomBytes(length)].map((byte) => keyAlphabet.charAt(byte % keyAlphabet.length)).join("");
}
