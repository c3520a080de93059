import * as v from "valibot";
import { Pressed, pressedButtons } from "../receivers/slack-blocks.ts";
import { excerpt } from "../text/mask.ts";

/** https://docs.slack.dev/reference/interaction-payloads/block_actions-payload */
const Payload = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    type: v.literal("block_actions"),
    user: v.object({ id: v.string(), username: v.optional(v.string()), name: v.optional(v.string()) }),
    response_url: v.optional(v.string()),
    actions: v.pipe(
      v.array(
        v.object({
          action_id: v.picklist(pressedButtons),
          /** Seconds since the epoch, with a fraction. */
          action_ts: v.pipe(v.string(), v.regex(/^\d{1,12}\.\d{1,9}$/), v.toNumber()),
          value: v.optional(v.pipe(v.string(), v.parseJson(), Pressed)),
        }),
      ),
      v.length(1),
    ),
  }),
);

/** Somebody pressed a button of a message. */
export interface Press {
  readonly button: (typeof pressedButtons)[number];
  /** The user's id in Slack, and what people there call them. */
  readonly user: string;
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** What the message was about; absent for a link, which says nothing. */
  readonly about: Pressed | undefined;
  /** Where Slack takes an answer that only they see. */
  readonly answerAt: string | undefined;
}

/** What a request of Slack's says; `undefined` for one that is no press of our buttons. */
export function pressOf(body: string): Press | undefined {
  const parsed = v.safeParse(Payload, new URLSearchParams(body).get("payload") ?? "");
  const [action] = parsed.success ? parsed.output.actions : [];
  if (!parsed.success || action === undefined) return undefined;
  const { user, response_url } = parsed.output;
  return {
    button: action.action_id,
    user: excerpt(user.id, 30),
    name: excerpt(user.username || user.name || user.id, 60).replaceAll(/\s+/g, " "),
    at: Math.round(action.action_ts * 1000),
    about: action.value,
    answerAt: response_url,
  };
}
