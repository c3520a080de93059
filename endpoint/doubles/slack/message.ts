import * as v from "valibot";

const Text = v.object({ type: v.picklist(["plain_text", "mrkdwn"]), text: v.pipe(v.string(), v.minLength(1)) });
const sized = (most: number) =>
  v.pipe(
    Text,
    v.check(({ text }) => text.length <= most),
  );

/** https://docs.slack.dev/reference/block-kit/block-elements/button-element */
const Button = v.object({
  type: v.literal("button"),
  text: v.pipe(
    sized(75),
    v.check(({ type }) => type === "plain_text"),
  ),
  action_id: v.pipe(v.string(), v.minLength(1), v.maxLength(255)),
  value: v.optional(v.pipe(v.string(), v.maxLength(2_000))),
  url: v.optional(v.pipe(v.string(), v.url(), v.maxLength(3_000))),
  style: v.optional(v.picklist(["primary", "danger"])),
});
export type SlackButton = v.InferOutput<typeof Button>;

const Buttons = v.pipe(
  v.array(Button),
  v.minLength(1),
  v.maxLength(25),
  v.check((buttons) => new Set(buttons.map(({ action_id }) => action_id)).size === buttons.length),
);

/**
 * Blocks with Slack's own limits.
 * https://docs.slack.dev/reference/block-kit/blocks
 */
const Block = v.variant("type", [
  v.object({
    type: v.literal("header"),
    text: v.pipe(
      sized(150),
      v.check(({ type }) => type === "plain_text"),
    ),
  }),
  v.pipe(
    v.object({
      type: v.literal("section"),
      text: v.optional(sized(3_000)),
      fields: v.optional(v.pipe(v.array(sized(2_000)), v.minLength(1), v.maxLength(10))),
    }),
    v.check(({ text, fields }) => text !== undefined || fields !== undefined),
  ),
  v.object({ type: v.literal("context"), elements: v.pipe(v.array(Text), v.minLength(1), v.maxLength(10)) }),
  v.object({ type: v.literal("divider") }),
  v.object({ type: v.literal("actions"), elements: Buttons }),
]);
export type SlackBlock = v.InferOutput<typeof Block>;

const Blocks = v.pipe(v.array(Block), v.maxLength(50));
export const SlackPayload = v.object({
  text: v.optional(v.string()),
  blocks: v.optional(v.unknown()),
  attachments: v.optional(v.array(v.object({ color: v.optional(v.string()), blocks: v.optional(v.unknown()) }))),
});

/** Characters of text in all blocks together; Slack names no number; this is what it accepts. */
const mostText = 13_200;

/** The buttons of a message. */
export function slackButtonsOf(payload: unknown): readonly SlackButton[] {
  const reading = readSlackMessage(payload);
  const blocks = reading.kind === "message" ? reading.parts.flatMap((part) => part.blocks) : [];
  return blocks.flatMap((block) => (block.type === "actions" ? block.elements : []));
}

export type SlackReading =
  | {
      readonly kind: "message";
      /** The message's own text, as far as it is shown: blocks at the top stand in its place, an attachment's do not. */
      readonly text: string | undefined;
      readonly parts: readonly { color: string | undefined; blocks: readonly SlackBlock[] }[];
    }
  | {
      readonly kind: "error";
      readonly error: "invalid_payload" | "invalid_blocks" | "no_text" | "msg_blocks_too_long";
    };

/** What Slack makes of a message's content. */
export function readSlackMessage(payload: unknown): SlackReading {
  const parsed = v.safeParse(SlackPayload, payload);
  if (!parsed.success) return { kind: "error", error: "invalid_payload" };
  const { text, blocks, attachments = [] } = parsed.output;
  const parts = [{ color: undefined, blocks }, ...attachments.map((one) => ({ color: one.color, blocks: one.blocks }))];
  if (!text && parts.every((part) => part.blocks === undefined)) return { kind: "error", error: "no_text" };
  const read = parts.flatMap((part) =>
    part.blocks === undefined ? [] : [{ ...part, blocks: v.safeParse(Blocks, part.blocks) }],
  );
  const good = read.flatMap(({ color, blocks: result }) => (result.success ? [{ color, blocks: result.output }] : []));
  if (good.length < read.length) return { kind: "error", error: "invalid_blocks" };
  const length = JSON.stringify(good).length;
  if (length > mostText + 4_000) return { kind: "error", error: "msg_blocks_too_long" };
  return { kind: "message", text: blocks === undefined ? text : undefined, parts: good };
}
