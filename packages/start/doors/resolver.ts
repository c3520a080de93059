import { lookup } from "node:dns/promises";

/** A resolver that asks the internet for a name of this machine is not waited for longer. */
const patienceMs = 2_000;

/**
 * Whether this machine's resolver takes a program to the balancer. Browsers and curl know names under `localhost` by
 * themselves (RFC 6761, section 6.3); Node asks the system, and many systems know `localhost` alone.
 */
export async function resolvesHere(hostname: string): Promise<boolean> {
  const late = new Promise<readonly never[]>((resolve) => setTimeout(resolve, patienceMs, []).unref());
  const found = await Promise.race([lookup(hostname, { all: true }).catch(() => []), late]);
  const isHere = ({ address }: { readonly address: string }) => address === "127.0.0.1" || address === "::1";
  return found.some(({ address }) => address === "127.0.0.1") && found.every(isHere);
}
