import type { Ask } from "../ask.ts";
import type { FoundLeftovers, Proof, Revocation } from "../issuers/issuer.ts";
import { type Patience, poll } from "../poll.ts";
import { type SecretValue, textAt } from "../value.ts";
import { admitsToken, type HecTarget } from "./hec.ts";
import { readTarget, tokenKey } from "./hec-target.ts";
import type { HecToken, TokenAdmin } from "./token-admin.ts";
import { type TokenNames, tokenIn, tokensOf } from "./token-names.ts";

export interface Retirement {
  /** Newer ones first. */
  readonly retired: readonly SecretValue[];
  readonly kept: () => Promise<readonly SecretValue[]>;
  readonly found: FoundLeftovers | undefined;
  readonly names: TokenNames;
}

export interface RetirePorts {
  /** `undefined` where the fleet may administer none. */
  readonly tokens: TokenAdmin | undefined;
  readonly ask: Ask;
  readonly patience: Patience;
}

/** Of values whose token the administrator does not list, so many are tried. */
const unlistedAtMost = 10;

/**
 * Revokes tokens in an order that leaves no doubt: each is disabled, HEC is seen to refuse it, and then it is deleted. One
 * that the administrator does not list may be accepted all the same, in another namespace of Splunk: only HEC's own
 * refusal shows that it is void.
 */
export async function retireTokens(
  { retired, kept, found, names }: Retirement,
  ports: RetirePorts,
): Promise<Revocation> {
  const { tokens } = ports;
  const all = (await tokens?.list()) ?? [];
  const keptValues = await kept();
  const [current = {}] = keptValues;
  const keep = tokensOf(keptValues);
  const old = retired.filter((value) => tokenIn(value) !== "" && !keep.has(tokenIn(value)));
  const oldTokens = tokensOf(old);

  const listed = all
    .map((one) => ({ ...one, isOld: oldTokens.has(one.token.toLowerCase()), target: targetOf(current, one.token) }))
    .filter((one) => one.isOld || (names.isOurs(one) && !keep.has(one.token.toLowerCase())));
  const leftovers = listed.filter(({ isOld, disabled }) => !isOld && !disabled);
  if (leftovers.length > 0) await found?.(leftovers.map(({ name }) => name));
  const hindrance = tokens && (await remove(listed, tokens, ports));
  if (hindrance !== undefined) return { kind: "unfinished", reason: hindrance };

  const shown = new Set(all.map(({ token }) => token.toLowerCase()));
  const unlisted = old.filter((value) => !shown.has(tokenIn(value))).slice(0, unlistedAtMost);
  const byHand: string[] = [];
  for (const value of unlisted) {
    const own = readTarget(value);
    const target = "faults" in own ? targetOf(current, textAt(value, tokenKey)) : own;
    const proof = await admits(target, ports);
    // Where the fleet asks nothing else, it may never hear an answer.
    const isHere = target === undefined || target.address.at("") === targetOf(current, "none")?.address.at("");
    if (proof.verdict === "undecided" && isHere) return { kind: "unfinished", reason: proof.reason };
    if (proof.verdict !== "rejected") byHand.push(names.nameOf(textAt(value, tokenKey)));
  }
  if (byHand.length > 0) return { kind: "by-hand", remedy: remedyFor(byHand, tokens) };
  if (old.length === 0) return { kind: "none" };
  const shownAs = new Map(all.map(({ name, token }) => [token.toLowerCase(), name]));
  const real = old.filter((value) => !("faults" in readTarget(value))).map(tokenIn);
  return { kind: "revoked", names: [...new Set(real)].map((token) => shownAs.get(token) ?? names.nameOf(token)) };
}

type Listed = HecToken & { readonly target: HecTarget | undefined };

/** What hinders it for now; `undefined` when all are gone. */
async function remove(listed: readonly Listed[], tokens: TokenAdmin, ports: RetirePorts): Promise<string | undefined> {
  for (const { name, disabled } of listed) if (!disabled) await tokens.disable(name);
  for (const { name, target } of listed) {
    let proof: Proof = { verdict: "accepted" };
    const isRefused = async () => {
      proof = await admits(target, ports);
      return proof.verdict === "rejected";
    };
    if (!(await poll(isRefused, ports.patience))) return hindranceOf(name, proof);
    await tokens.delete(name);
  }
  const isGone = async () => {
    for (const { name } of listed) if ((await tokens.find(name)) !== undefined) return false;
    return true;
  };
  return (await poll(isGone, ports.patience)) ? undefined : "Splunk has not deleted the disabled token yet";
}

function hindranceOf(name: string, proof: Proof): string {
  return proof.verdict === "undecided" ? proof.reason : `HEC still accepts ${name}, which is to be disabled`;
}

async function admits(target: HecTarget | undefined, { ask, patience }: RetirePorts): Promise<Proof> {
  // What cannot be a token lets nobody in.
  if (target === undefined) return { verdict: "rejected", reason: "it is no token" };
  return admitsToken(ask, target, patience.deadline());
}

/** The Splunk of today with another token. */
function targetOf(current: SecretValue, token: string): HecTarget | undefined {
  const target = readTarget({ ...current, [tokenKey]: token });
  return "faults" in target ? undefined : target;
}

function remedyFor(names: readonly string[], tokens: TokenAdmin | undefined): string {
  const why =
    tokens === undefined
      ? "the fleet has no administrator's credentials for that"
      : "HEC may still accept it, and the administrator's credentials of the fleet do not list it";
  return `Delete the HEC token ${names.join(", ")} in Splunk, or what it is called there; its value begins so. It was not done because ${why}.`;
}
