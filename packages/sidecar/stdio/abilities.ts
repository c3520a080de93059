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
  /** Of a client before 2026-07-28, once it began. */
  readonly session?: string;
}

const meta = v.object({
  [CLIENT_INFO_META_KEY]: v.optional(v.unknown()),
  [CLIENT_CAPABILITIES_META_KEY]: v.unknown(),
});
const Modern = v.object({ _meta: meta });
const Initialize = v.object({ capabilities: v.record(v.string(), v.unknown()) });

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
    return { id: JSON.stringify([_meta[CLIENT_INFO_META_KEY], abilities]), abilities };
  }
  const hello = v.safeParse(Initialize, first?.params);
  if (first?.method === "initialize" && hello.success) {
    const { capabilities } = hello.output;
    // Nothing is to be remembered of a client that can do nothing, such as one that only looks whether there are sessions.
    if (Object.keys(capabilities).length === 0) return undefined;
    const abilities = abilitiesOf(capabilities, allowed);
    const session = `${Buffer.from(JSON.stringify(abilities)).toString("base64url")}.${randomUUID()}`;
    return { id: session, abilities, session };
  }
  const session = headers["mcp-session-id"];
  if (typeof session !== "string" || session.length > 300) return undefined;
  const text = Buffer.from(session.slice(0, session.indexOf(".")), "base64url").toString();
  const told = v.safeParse(v.pipe(v.string(), v.parseJson()), text);
  return { id: session, abilities: abilitiesOf(told.success ? told.output : {}, allowed), session };
}

/** Whether there is anything that it can be asked. */
export const canBeAsked = ({ abilities }: Pick<Peer, "abilities">): boolean => Object.keys(abilities).length > 0;

function abilitiesOf(told: unknown, allowed: readonly Ability[]): Abilities {
  const parsed = v.safeParse(Abilities, told);
  if (!parsed.success) return {};
  const { sampling, elicitation, roots } = parsed.output;
  return {
    ...(sampling && allowed.includes("sampling") && { sampling }),
    ...(elicitation && allowed.includes("elicitation") && { elicitation }),
    ...(roots && allowed.includes("roots") && { roots }),
  };
}
