import { type ChatDoubles, chatNames, startChatDoubles } from "@mcp-fleet/endpoint/doubles/chat-page";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Card } from "#chat/card/card.ts";
import { createHttp } from "#chat/receivers/http.ts";
import { type ReceiverName, receivers } from "#chat/receivers/index.ts";
import { Secret } from "#chat/receivers/secret.ts";
import { harmless } from "#chat/text/harmless.ts";
import { maskSecrets } from "#chat/text/mask.ts";

let chats: ChatDoubles;
beforeAll(async () => {
  chats = await startChatDoubles();
});
afterAll(() => chats.stop());

const keys: Readonly<Record<ReceiverName, string>> = {
  "slack-webhook": "SLACK_WEBHOOK_URL",
  "slack-bot": "SLACK_BOT_TOKEN",
  teams: "TEAMS_WEBHOOK_URL",
  "google-chat": "GOOGLE_CHAT_WEBHOOK_URL",
};

/** A way out of a code block, mentions, links, formats, lines of their own, and what a reader does not see. */
const hostile =
  "``` <!channel> <users/all> <at>all</at> <https://evil.example|ok> [ok](https://evil.example) *b* _i_ ~s~ " +
  "{{DATE(2026-09-23T20:01:00Z,SHORT)}} <b>b</b> </font> &lt;\r\n🟢 all is well\n> q\n- l\n# h\n1. o " +
  "\u001b[2J\u001b[31mred\u001b[0m\u009b1A\u0007\b\u007f\u202etxt\u2066\u2028\u200b\ufeff\u{e0041}";

const card: Card = {
  tone: "critical",
  title: hostile,
  status: hostile,
  lines: [{ tone: "critical", text: hostile }],
  unlisted: 0,
  facts: [{ name: hostile, value: hostile }],
  chart: { label: hostile, line: "█▁" },
  log: [hostile, hostile],
  links: [{ label: "Alarm", url: "https://us-east-1.console.aws.amazon.com/" }],
  footer: hostile,
  fallback: hostile,
};

async function posted(name: ReceiverName): Promise<readonly string[]> {
  const secret = new Secret(chats.secret[keys[name]] ?? "");
  const address = { secret, channel: "C0MCPALERTS", api: chats.secret.SLACK_API_URL ?? "" };
  const conversation = { manner: "begin", broadcast: true, reference: undefined, key: "hostile" } as const;
  expect(await receivers[name].deliver(card, conversation, address, createHttp())).toMatchObject({ kind: "accepted" });
  return stringsIn(chats.list(name).at(-1)?.payload);
}

function stringsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}

describe.each<ReceiverName>(chatNames)("[SAFE-4] the receiver %s, given hostile text in every field,", (name) => {
  let texts: readonly string[] = [];
  beforeAll(async () => {
    texts = await posted(name);
  });

  it("posts no control, no mark of direction and nothing unseen", () => {
    expect(texts.join("")).toContain("\\u202etxt");
    for (const text of texts) expect(harmless(text)).toBe(text);
  });

  it("lets it begin no line and leave no code block", () => {
    const shown = texts.filter((text) => text.includes("all is well"));
    expect(shown.length).toBeGreaterThanOrEqual(6);
    const [title = ""] = shown;
    expect(title).not.toContain("\n");
    switch (name) {
      case "slack-webhook":
      case "slack-bot": {
        // The header is plain text: Slack shows what stands there.
        const markup = texts.filter((text) => !text.startsWith("<https://us-east-1.console") && text.length !== 150);
        const blocks = markup.filter((text) => text.includes("`"));
        expect(blocks.filter((text) => text.startsWith("```"))).toHaveLength(1);
        for (const text of blocks) expect(text.replace(/^```|```$|^(.*)\n`[▁-█ ]+`$/g, "")).not.toContain("`");
        for (const text of markup) expect(text).not.toMatch(/<|>|\*b\*|_i_|~s~/);
        return;
      }
      case "teams": {
        const plain = texts.filter((text) => text.includes("all is well") && text.includes("\\["));
        expect(plain.length).toBeGreaterThanOrEqual(6);
        for (const text of plain) {
          expect(text).not.toMatch(/(?<!\\)[`*_[\]]|\{\{/);
          expect(text).not.toMatch(/^(?:[->#]|\d+\.) /m);
        }
        return;
      }
      case "google-chat": {
        const own = /<\/?(?:b|br|font)(?: color="#80868b")?>/g;
        const formatted = texts.filter((text) => text.includes("&lt;b&gt;"));
        expect(formatted.length).toBeGreaterThanOrEqual(4);
        for (const text of formatted) expect(text.replace(own, "")).not.toMatch(/[<>]/);
        const [text = ""] = texts;
        expect(text).not.toMatch(/[<>`]|\*b\*|_i_/);
        return;
      }
      default:
        name satisfies never;
    }
  });
});

describe("[SAFE-4] hostile text", () => {
  it("hides no credential behind a colour", () => {
    expect(maskSecrets("password\u001b[0m=\u001b[32mhunter2hunter2")).toBe("password=•••");
  });

  it("keeps what people write: tabs, line breaks, emoji, Persian and Hindi", () => {
    const text = "a\tb\nc 👩‍💻 می‌خواهم क्‍ष é";
    expect(harmless(text)).toBe(text);
  });
});
