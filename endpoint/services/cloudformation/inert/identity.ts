import { createHash, randomBytes } from "node:crypto";

/** An id as EC2 gives them: `vpc-0a1b2c3d4e5f60718`. */
export function newId(prefix: string): string {
  return `${prefix}-0${randomBytes(8).toString("hex")}`;
}

/** The id of something AWS creates along with a resource, the same each time it is asked for. */
export function companionId(prefix: string, physicalId: string): string {
  return `${prefix}-0${createHash("sha256").update(`${prefix}/${physicalId}`).digest("hex").slice(0, 16)}`;
}
