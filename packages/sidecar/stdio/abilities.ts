import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { CLIENT_CAPABILITIES_META_KEY, CLIENT_INFO_META_KEY } from "@modelcontextprotocol/server";
import * as v from "valibot";
import type { Message } from "../http/messages.ts";

/** What a server may ask its client, by the ability that the client says it has. */
export const abilityOf = {
  "sampling/createMessage": "sampling",
  "elicitation/create": "elicitation",
  "roots/list": "roots",
} as const;
export type Ability = (typeof abilityOf)[keyof typeof abilityOf];

const mark = v.optional(v.object({}));
const Abilities = v.object({
  sampling: v.optional(v.object({ tools: mark, context: mark })),
  elicitation: v.optional(v.object({ form: mark, url: mark })),
  roots: mark,
});
/** What a client says it can be asked; no more than is passed on, so that there are few that differ. */
export type Abilities = v.InferOutput<typeof Abilities>;

/** A client, told apart from others as far as the protocol can. */
export interface Peer {
  readonly id: string;
  readonly abilities: Abilities;
  /** Present for a client that is to send this id from now on. */
  readonly newSession?: string;
}

const meta = v.object({
  [CLIENT_INFO_META_KEY]: v.optional(v.unknown()),
  [CLIENT_CAPABILITIES_META_KEY]: v.unknown(),
});
const Modern = v.object({ _meta: meta });
const Initialize = v.object({ capabilities: v.unknown() });

/**
 * Who sent these messages. Since 2026-07-28 each request says what its client can be asked. Before, only the first one
 * did: the session id that it gets says so from then on, to any task. It opens nothing, so it need not be signed.
 */
export function peerOf(
  messages: readonly Message[],
  headers: IncomingHttpHeaders,
  allowed: readonly Ability[],
): Peer | undefined {
  const [first] = messages;
  const modern = v.safeParse(Modern, first?.params);
  if (modern.success) {
    const { _meta } = modern.output;
    const abilities = abilitiesOf(_meta[CLIENT_CAPABILITIES_META_KEY], allowed);
    return abilities && { id: JSON.stringify([_meta[CLIENT_INFO_META_KEY], abilities]), abilities };
  }
  const hello = v.safeParse(Initialize, first?.params);
  if (first?.method === "initialize" && hello.success) {
    const abilities = abilitiesOf(hello.output.capabilities, allowed);
    if (abilities === undefined) return undefined;
    const id = `${Buffer.from(JSON.stringify(abilities)).toString("base64url")}.${randomUUID()}`;
    return { id, abilities, newSession: id };
  }
  const session = headers["mcp-session-id"];
  if (typeof session !== "string" || session.length > 300) return undefined;
  const text = Buffer.from(session.slice(0, session.indexOf(".")), "base64url").toString();
  const told = v.safeParse(v.pipe(v.string(), v.parseJson()), text);
  const abilities = told.success ? abilitiesOf(told.output, allowed) : undefined;
  return abilities && { id: session, abilities };
}

function abilitiesOf(told: unknown, allowed: readonly Ability[]): Abilities | undefined {
  const parsed = v.safeParse(Abilities, told);
  if (!parsed.success) return undefined;
  const { sampling, elicitation, roots } = parsed.output;
  const abilities = {
    ...(sampling && allowed.includes("sampling") && { sampling }),
    ...(elicitation && allowed.includes("elicitation") && { elicitation }),
    ...(roots && allowed.includes("roots") && { roots }),
  };
  return Object.keys(abilities).length > 0 ? abilities : undefined;
}
