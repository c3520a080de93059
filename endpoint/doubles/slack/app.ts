import { createHmac, randomBytes } from "node:crypto";
import * as v from "valibot";
import type { ChatLog, ChatMessage } from "../chat-page/chat-log.ts";
import { type ChatAnswer, jsonOf, plain } from "../chat-page/exchange.ts";
import { type SlackButton, slackButtonsOf } from "./message.ts";

/** Who presses a button. */
export interface SlackUser {
  /** `U…` */
  readonly id: string;
  readonly username: string;
}

/** Somebody in the workspace, unless the page is told who. */
export const slackPerson: SlackUser = { id: "U0LOCALYOU", username: "you" };

const Said = v.object({ text: v.string(), response_type: v.optional(v.picklist(["ephemeral", "in_channel"])) });
/** https://docs.slack.dev/interactivity/handling-user-interaction#message_responses */
const answersEach = 5;
/** https://docs.slack.dev/interactivity/handling-user-interaction#acknowledgment_response */
const patienceMs = 3_000;

/** The Slack app whose buttons the messages have: it signs what it sends to its request URL, and takes answers. */
export class SlackApp {
  readonly signingSecret = randomBytes(16).toString("hex");
  readonly #log: ChatLog;
  readonly #url: () => string;
  /** Where answers to presses may go, each so many times. */
  readonly #answers = new Map<string, { readonly message: ChatMessage; left: number }>();
  #requestUrl: () => Promise<string | undefined> = async () => undefined;

  constructor(log: ChatLog, url: () => string) {
    this.#log = log;
    this.#url = url;
  }

  /** As an operator enters it under *Interactivity & Shortcuts*. */
  register(requestUrl: () => Promise<string | undefined>): void {
    this.#requestUrl = requestUrl;
  }

  /** @returns what the request URL answered, or why it did not; whoever pressed is shown what is no success */
  async press(message: ChatMessage, actionId: string, user: SlackUser): Promise<number | string> {
    const button = slackButtonsOf(message.payload).find(({ action_id }) => action_id === actionId);
    if (button === undefined) throw new Error(`The message has no button ${actionId}.`);
    const outcome = await this.#send(message, button, user);
    if (outcome !== 200) this.#whisper(message, `⚠️ The app did not take it: ${outcome}`);
    return outcome;
  }

  async #send(message: ChatMessage, button: SlackButton, user: SlackUser): Promise<number | string> {
    const url = await this.#requestUrl();
    if (url === undefined) return "it has no request URL";
    const path = `/actions/T0LOCAL/${randomBytes(12).toString("hex")}`;
    this.#answers.set(path, { message, left: answersEach });
    const body = new URLSearchParams({
      payload: JSON.stringify(this.#payload(message, button, user, path)),
    }).toString();
    const timestamp = String(Math.floor(Date.now() / 1000));
    const signature = createHmac("sha256", this.signingSecret).update(`v0:${timestamp}:${body}`).digest("hex");
    const headers = {
      "content-type": "application/x-www-form-urlencoded",
      "x-slack-request-timestamp": timestamp,
      "x-slack-signature": `v0=${signature}`,
    };
    try {
      const signal = AbortSignal.timeout(patienceMs);
      return (await fetch(url, { method: "POST", headers, body, redirect: "manual", signal })).status;
    } catch (error) {
      return error instanceof Error && error.name === "TimeoutError" ? "not within 3 s" : "it does not answer";
    }
  }

  /** https://docs.slack.dev/reference/interaction-payloads/block_actions-payload */
  #payload({ id, thread }: ChatMessage, button: SlackButton, { id: user, username }: SlackUser, path: string) {
    const { action_id, value } = button;
    return {
      type: "block_actions",
      user: { id: user, username, name: username, team_id: "T0LOCAL" },
      team: { id: "T0LOCAL", domain: "local" },
      container: { type: "message_attachment", message_ts: id, thread_ts: thread, is_ephemeral: false },
      response_url: `${this.#url()}${path}`,
      actions: [
        {
          type: "button",
          action_id,
          ...(value !== undefined && { value }),
          action_ts: (Date.now() / 1000).toFixed(6),
        },
      ],
    };
  }

  /** What the app says to a press. */
  answer(path: string, body: string): ChatAnswer {
    const expected = this.#answers.get(path);
    const said = v.safeParse(Said, jsonOf(body));
    if (expected === undefined) return plain(404, "no_active_hooks");
    if (!said.success) return plain(400, "invalid_payload");
    if (expected.left === 0) return plain(404, "used_url");
    expected.left -= 1;
    if (said.output.response_type !== "in_channel") this.#whisper(expected.message, said.output.text);
    else this.#log.post({ ...expected.message, id: path, reply: true, payload: said.output });
    return plain(200, "ok");
  }

  #whisper({ chat, thread }: ChatMessage, text: string): void {
    const id = `whisper-${this.#log.accepted}`;
    this.#log.post({ chat, id, thread, reply: true, payload: { text }, whisper: true });
  }
}
