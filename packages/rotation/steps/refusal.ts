import { refusedTag } from "../labels.ts";
import type { Step } from "./step.ts";

/** Since when the new credential is refused, although its issuer has made it: milliseconds since the epoch. */
export function readRefusal({ secret, token }: Step): number | undefined {
  const [version, time] = secret.tags[refusedTag]?.split(" ") ?? [];
  const since = Date.parse(time ?? "");
  return version === token && Number.isFinite(since) ? since : undefined;
}

export async function noteRefusal({ ports, secret, token }: Step, at: number): Promise<number> {
  await ports.store.tag(secret.arn, refusedTag, `${token} ${new Date(at).toISOString()}`);
  return at;
}
