import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { behindDoor, closeServer, listenOnLoopback } from "@mcp-fleet/loopback/server.ts";
import * as v from "valibot";
import { googleChatSpace } from "../google-chat/space.ts";
import { opsgenieAlerts } from "../opsgenie/alerts.ts";
import { pagerDutyEvents } from "../pagerduty/events.ts";
import { SlackApp, type SlackUser, slackPerson } from "../slack/app.ts";
import { slackWebApi } from "../slack/web-api.ts";
import { slackWebhook } from "../slack/webhook.ts";
import { teamsWorkflow } from "../teams/workflow.ts";
import { signedWebhook } from "../webhook/signed.ts";
import { ChatLog, type ChatMessage, type ChatName } from "./chat-log.ts";
import {
  type ChatAnswer,
  type ChatFault,
  type ChatRequest,
  type ChatVendor,
  json,
  jsonOf,
  retryAfter,
} from "./exchange.ts";
import { feed, page } from "./page.ts";
import { Rate } from "./rate.ts";

export { type SlackUser, slackPerson } from "../slack/app.ts";
export type { ChatMessage, ChatName, PlaceName } from "./chat-log.ts";
export { chatNames, pagerNames } from "./chat-log.ts";
export type { ChatFault } from "./exchange.ts";

/** Slack, Teams, Google Chat, PagerDuty, Opsgenie and a signed webhook on loopback, and one page that shows what was posted in each. */
export interface ChatDoubles {
  /** The page. */
  readonly url: string;
  /** Their addresses, and the bot's token. */
  readonly secret: Readonly<Record<string, string>>;
  list(chat?: ChatName): readonly ChatMessage[];
  /** Where the Slack app sends what its buttons say: asked for at each press. */
  registerRequestUrl(requestUrl: () => Promise<string | undefined>): void;
  /** Somebody presses a button of a message of Slack's. @returns the status that the request URL answered, or why not */
  press(chat: ChatName, id: string, button: string, user?: SlackUser): Promise<number | string>;
  /** Cards Teams accepted and then did not post. */
  readonly dropped: number;
  /** Requests received, the refused ones included. */
  readonly requests: number;
  onChange(listener: () => void): () => void;
  /** For one chat, until changed; `undefined` ends the fault. */
  setFault(chat: ChatName, fault: ChatFault | undefined): void;
  stop(): Promise<void>;
}

const PressRequest = v.object({
  chat: v.picklist(["slack-bot", "slack-webhook"]),
  id: v.string(),
  button: v.string(),
});

export interface ChatDoublesOptions {
  readonly port?: number;
}

export async function startChatDoubles(options: ChatDoublesOptions = {}): Promise<ChatDoubles> {
  const log = new ChatLog();
  const faults = new Map<ChatName, ChatFault>();
  const viewers = new Set<() => void>();
  const random = () => randomBytes(12).toString("hex");
  const workspace = { token: `xoxb-local-${random()}` };
  const hook = `/services/T0LOCAL/B0LOCAL/${random()}`;
  const workflow = `/workflows/local/triggers/manual/paths/invoke?sig=${random()}`;
  const [routingKey, genieKey, signingKey] = [random(), random(), random()];
  const ownHook = `/hook/${random()}`;
  const space = { space: "LOCAL", key: random(), token: random() };
  const app = new SlackApp(log, () => url);
  let dropped = 0;
  let requests = 0;
  const second = () => new Rate(1, 1_000);
  const drop = () => {
    dropped += 1;
  };
  const vendors: readonly (readonly [string, ChatName, ChatVendor])[] = [
    ["/services/", "slack-webhook", slackWebhook(log, hook, second())],
    ["/api/", "slack-bot", slackWebApi(log, workspace, second())],
    ["/workflows/", "teams", teamsWorkflow(log, workflow, drop)],
    ["/v1/spaces/", "google-chat", googleChatSpace(log, space, new Rate(60, 60_000))],
    ["/pagerduty/", "pagerduty", pagerDutyEvents(log, "/pagerduty/", routingKey, new Rate(120, 60_000))],
    ["/opsgenie/", "opsgenie", opsgenieAlerts(log, "/opsgenie/", genieKey, new Rate(100, 60_000))],
    ["/hook/", "webhook", signedWebhook(log, ownHook, signingKey)],
  ];

  async function serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const url = new URL(req.url ?? "/", "http://127.0.0.1");
    if (url.pathname === "/") return end(res, 200, page(log.list(), faults), html);
    if (url.pathname === "/feed") return end(res, 200, feed(log.list(), faults), html);
    if (url.pathname === "/changes") return stream(log, viewers, res);
    if (isOfApp(url)) return serveApp(url.pathname, req, res);
    return serveVendor(url, req, res);
  }

  /** What the page and the app's own door say to each other. */
  async function serveApp(path: string, req: IncomingMessage, res: ServerResponse): Promise<void> {
    const asked = await text(req);
    const { status, body, headers = {} } = path === "/press" ? await press(asked) : app.answer(path, asked);
    end(res, status, body, headers);
  }

  async function serveVendor(url: URL, req: IncomingMessage, res: ServerResponse): Promise<void> {
    const vendor = vendors.find(([prefix]) => url.pathname.startsWith(prefix));
    if (vendor === undefined) return end(res, 404, "not found", {});
    requests += 1;
    const request = { method: req.method ?? "GET", url, headers: req.headers, body: await text(req) };
    const answer = answerOf(vendor[2], request, faults.get(vendor[1]));
    if (answer === "reset") req.socket.resetAndDestroy();
    else if (answer !== "silence") end(res, answer.status, answer.body, answer.headers ?? {});
  }

  const answer: RequestListener = (req, res) => {
    serve(req, res).catch((error: unknown) => end(res, 500, String(error), {}));
  };
  async function press(request: string): Promise<ChatAnswer> {
    const parsed = v.safeParse(PressRequest, jsonOf(request));
    if (!parsed.success) return json(400, { error: "no press" });
    const { chat, id, button } = parsed.output;
    return json(200, { outcome: await pressOn(chat, id, button, slackPerson) });
  }

  async function pressOn(chat: ChatName, id: string, button: string, user: SlackUser): Promise<number | string> {
    const message = log.list(chat).find((one) => one.id === id);
    if (message === undefined) throw new Error(`There is no message ${id} in ${chat}.`);
    return app.press(message, button, user);
  }

  const forms = vendors.map(([prefix]) => prefix);
  const server = createServer(behindDoor(answer, { pages: true, forms }));
  const url = `http://127.0.0.1:${await listenOnLoopback(server, options.port)}`;

  return {
    url,
    secret: {
      SLACK_WEBHOOK_URL: `${url}${hook}`,
      SLACK_BOT_TOKEN: workspace.token,
      SLACK_API_URL: `${url}/api`,
      SLACK_SIGNING_SECRET: app.signingSecret,
      TEAMS_WEBHOOK_URL: `${url}${workflow}`,
      PAGERDUTY_ROUTING_KEY: routingKey,
      PAGERDUTY_API_URL: `${url}/pagerduty`,
      OPSGENIE_API_KEY: genieKey,
      OPSGENIE_API_URL: `${url}/opsgenie`,
      ALARM_WEBHOOK_URL: `${url}${ownHook}`,
      ALARM_WEBHOOK_SIGNING_KEY: signingKey,
      GOOGLE_CHAT_WEBHOOK_URL: `${url}/v1/spaces/${space.space}/messages?key=${space.key}&token=${space.token}`,
    },
    registerRequestUrl: (requestUrl) => app.register(requestUrl),
    press: (chat, id, button, user = slackPerson) => pressOn(chat, id, button, user),
    list: (chat) => log.list(chat),
    get dropped() {
      return dropped;
    },
    get requests() {
      return requests;
    },
    onChange: (listener) => log.onChange(listener),
    setFault(chat, next) {
      if (next === undefined) faults.delete(chat);
      else faults.set(chat, next);
      for (const viewer of viewers) viewer();
    },
    stop: () => closeServer(server),
  };
}

function isOfApp({ pathname }: URL): boolean {
  return pathname === "/press" || pathname.startsWith("/actions/");
}

function answerOf(
  vendor: ChatVendor,
  request: ChatRequest,
  fault: ChatFault | undefined,
): ChatAnswer | "reset" | "silence" {
  switch (fault?.kind) {
    case undefined:
      return vendor.answer(request);
    case "refuse":
      return "reset";
    case "stall":
      return "silence";
    case "swallow":
      vendor.answer(request);
      return "reset";
    case "throttle": {
      const { throttle } = vendor.failures;
      if (fault.retryAfterSeconds === undefined) return throttle;
      return { ...throttle, headers: { ...throttle.headers, ...retryAfter(fault.retryAfterSeconds) } };
    }
    case "error":
    case "forbid":
    case "lie":
      return vendor.failures[fault.kind];
  }
}

const html = { "Content-Type": "text/html; charset=utf-8" };

function end(res: ServerResponse, status: number, body: string, headers: Readonly<Record<string, string>>): void {
  res.writeHead(status, headers).end(body);
}

/** https://html.spec.whatwg.org/multipage/server-sent-events.html: a line whenever what the page shows has changed. */
function stream(log: ChatLog, viewers: Set<() => void>, res: ServerResponse): void {
  res.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
  res.write("data: open\n\n");
  const notify = () => void res.write("data: changed\n\n");
  const stop = log.onChange(notify);
  viewers.add(notify);
  res.on("close", () => {
    stop();
    viewers.delete(notify);
  });
}
