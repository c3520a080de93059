import type { PlaceName } from "@mcp-fleet/endpoint/doubles/chat-page";
import { growth, linear } from "@mcp-fleet/testing/growth.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Card, cardOf } from "#chat/card/card.ts";
import { noFindings } from "#chat/card/enrichment.ts";
import { decide } from "#chat/decide/decide.ts";
import { parse } from "#chat/parse/index.ts";
import { googleMessage } from "#chat/receivers/google-chat.ts";
import { slackMessage } from "#chat/receivers/slack-blocks.ts";
import { teamsMessage } from "#chat/receivers/teams.ts";
import { emptyRecord } from "#chat/record/record.ts";
import { harmless } from "#chat/text/harmless.ts";
import { maskSecrets } from "#chat/text/mask.ts";

const messages: Readonly<Record<PlaceName, (card: Card) => unknown>> = {
  "slack-webhook": slackMessage,
  "slack-bot": slackMessage,
  teams: teamsMessage,
  "google-chat": googleMessage,
};

/** A card with one text in every field that others write. */
const cardWith = (text: string): Card => ({
  tone: "critical",
  title: text,
  status: [text, { at: 0, text: "14:02 UTC", dated: false }],
  lines: [{ tone: "critical", text: [text] }],
  unlisted: 0,
  facts: [{ name: text, value: text }],
  chart: { label: text, line: "█▁" },
  log: [text, text],
  links: [{ label: text, url: "https://us-east-1.console.aws.amazon.com/" }],
  runbook: undefined,
  footer: text,
  fallback: text,
  lasting: true,
  mention: [],
});

function stringsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}

/** Without what a chat does not format: Teams' preview and the titles of its buttons. */
function formattedIn(value: unknown): readonly string[] {
  const plain = /^(?:summary|actions|header|topLabel|fallbackText)$/;
  if (typeof value !== "object" || value === null) return stringsIn(value);
  return Object.entries(value).flatMap(([name, held]) => (plain.test(name) ? [] : formattedIn(held)));
}

/** What each chat takes as more than text, in the fields where it does. */
const markup: Readonly<Record<PlaceName, RegExp>> = {
  "slack-webhook": /<[^>]*>|```|(?<![\p{L}\p{N}])[*_~`]|[*_~`](?![\p{L}\p{N}])|^&gt;/gmu,
  "slack-bot": /<[^>]*>|```|(?<![\p{L}\p{N}])[*_~`]|[*_~`](?![\p{L}\p{N}])|^&gt;/gmu,
  teams: /(?<!\\)(?:\\\\)*[`*_~[\]]|\{\{|<\/?at|<https?:|^\s{0,9}(?:[-+#>=]|\d+[.)])/gm,
  "google-chat": /<[^>]*>/g,
};

/** All markup of a message, in order: the same for any text as for one without any. */
function markupOf(name: PlaceName, card: Card): readonly string[] {
  const found = formattedIn(messages[name](card)).flatMap((text) => {
    // Within a code block only what ends it is markup.
    const outside = text.replace(/^```[^`]*```$/, "``````");
    return outside.match(markup[name]) ?? [];
  });
  // A label is in its link, and a value may have lines of its own.
  return found.map((one) => one.replace(/\|.*>$/s, "|>")).filter((one) => one !== "<br>");
}

const attacks = [
  ...["```", "`", "*b*", "_i_", "~s~", "<!channel>", "<!here>", "<@U0123ABCD>", "<!subteam^S1>", "<users/all>"],
  ...["<users/1>", "<at>all</at>", "<https://evil.example|ok>", "[ok](https://evil.example)", "<https://evil.example>"],
  ...["![x](https://evil.example)", "{{DATE(2026-09-23T20:01:00Z,SHORT)}}", "{{", "<b>b</b>", "</font>", "<br>"],
  ...["<a href='https://evil.example'>x</a>", "&lt;", "&amp;", "&", "<", ">", "\\", "\\*", "\r\n", "\n", "\n> q"],
  ...["\n- l", "\n# h", "\n1. o", "\n🟢 all is well", ":rotating_light:", "\u001b[31m", "\u009b1A", "\u0007", "\u202e"],
  ...["\u2066", "\u2028", "\u200b", "\ufeff", "\u{e0041}", "\ud83d", "\udd25", "🔥", "é", "a", " ", "word", "()", "|"],
] as const;
const hostile = fc
  .array(fc.oneof(fc.constantFrom(...attacks), fc.string({ unit: "binary", maxLength: 8 })), { maxLength: 24 })
  .map((parts) => `x${parts.join("")}`);

const names = ["slack-webhook", "teams", "google-chat"] as const;

describe.each(names)("the message for %s, with any text in any field,", (name) => {
  it("[SAFE-4] [CHAT-8] has the markup of our own and no other: nobody is called, nothing is a link, no block is left", () => {
    const own = markupOf(name, cardWith("word"));
    fc.assert(
      fc.property(hostile, (text) => {
        expect(markupOf(name, cardWith(text))).toEqual(own);
      }),
      { numRuns: 150 },
    );
  });

  it("[SAFE-4] [CHAT-8] shows no control, no mark of direction, nothing unseen and no half of a character", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        for (const shown of stringsIn(messages[name](cardWith(text)))) expect(harmless(shown)).toBe(shown);
      }),
      { numRuns: 150 },
    );
  });

  it("[CHAT-8] begins no line in a title, a status or a headline that looks like one of ours", () => {
    const text = "x\n🟢 all is well";
    const shown = stringsIn(messages[name]({ ...cardWith("word"), title: text, fallback: text, log: [text] }));
    expect(shown.filter((one) => one.includes("\n🟢 all is well"))).toEqual([]);
  });

  it.each(["a-a-a-*_", "&<\\{{", ":a:\n- 1."])("[CHAT-8] takes time in proportion to its length: %j", (piece) => {
    const make = (text: string) => messages[name](cardWith(text));
    expect(growth(make, piece.repeat(1_000 / piece.length))).toBeLessThan(linear);
  });
});

describe("hostile text", () => {
  /** From what arrives to the messages of all chats. */
  const toldOf = (text: string) => {
    const alarm = {
      AlarmName: text,
      AlarmDescription: `${text} Runbook: ${text}`,
      NewStateValue: "ALARM",
      NewStateReason: text,
      AWSAccountId: text,
      AlarmArn: `arn:aws:cloudwatch:${text}:${text}:alarm:${text}`,
      Trigger: {
        MetricName: text,
        Namespace: text,
        Unit: text,
        Dimensions: [{ name: text, value: text }],
        Threshold: 1,
      },
    };
    const bodies = [
      { Type: "Notification", Subject: text, Message: text },
      { Type: "Notification", Message: JSON.stringify(alarm) },
      { "detail-type": text, detail: { name: text, state: text, message: text } },
    ];
    return bodies.map((body) => {
      const parsed = parse(JSON.stringify(body), 0);
      if (parsed.kind !== "incident") throw new Error(`Read as ${parsed.kind}.`);
      const policy = {
        now: 0,
        repeatAfterMs: 1,
        isMuted: () => false,
        endingOf: () => undefined,
        isRouted: () => true,
      };
      const { message } = decide(emptyRecord, [parsed.incident], policy);
      if (message === undefined) throw new Error("Nothing is said.");
      const findings = { ...noFindings, errorLines: [text] };
      const card = cardOf(message, "g", findings, { stage: "prod", region: "us-east-1" }, 0);
      return names.map((name) => messages[name](card));
    });
  };

  it("[CHAT-8] calls nobody and links nowhere from any field of anything that arrives", () => {
    const allowed =
      /<!date\^0\^\{time\}\|00:00 UTC>|<https:\/\/us-east-1\.console\.aws\.amazon\.com\/[^<>|\s]*\|(?:Alarm|Log|Service)>|<\/?(?:b|br|font)(?: color="#70757a")?>/g;
    fc.assert(
      fc.property(hostile, (text) => {
        for (const told of stringsIn(toldOf(text))) {
          expect(told.replace(allowed, "")).not.toMatch(/<(?:!|@|users|https?:|a\b)|<at>/);
          expect(harmless(told)).toBe(told);
        }
      }),
      { numRuns: 150 },
    );
  });

  it.each(["a-a-a-", "token=", "arn:aws:", "[1", "x:secret:", " ", "The threshold was "])(
    "[CHAT-8] takes time in proportion to its length from the queue to the chats: %j",
    (piece) => {
      expect(growth(toldOf, piece.repeat(1_000 / piece.length))).toBeLessThan(linear);
    },
  );

  it("[SAFE-4] hides no credential behind a colour", () => {
    expect(maskSecrets("password\u001b[0m=\u001b[32mhunter2hunter2")).toBe("password=•••");
  });

  it("[SAFE-4] keeps what people write: tabs, line breaks, emoji, Persian and Hindi", () => {
    const text = "a\tb\nc 👩‍💻 می‌خواهم क्‍ष é";
    expect(harmless(text)).toBe(text);
  });
});
