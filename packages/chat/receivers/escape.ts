import { head } from "../text/clip.ts";
import { harmless } from "../text/harmless.ts";

/** Text from outside as a field of a chat takes it, in so many characters at most. */
export type Escape = (text: string, most: number) => string;

/**
 * How each field of each chat takes text that others wrote: the one place where it becomes a chat's text. Nothing in it
 * mentions anybody, links, formats, begins a line that looks like one of ours, or leaves its field.
 */
export const escapes = {
  slack: {
    /** `plain_text`. */
    plain: field(oneLine, (text) => text),
    /** https://docs.slack.dev/messaging/formatting-message-text#escaping, and what that leaves. */
    mrkdwn: field(oneLine, escapeMrkdwn),
    /** A value, which may have lines of its own. */
    lines: field(harmless, escapeMrkdwn),
    /** Between three backticks. */
    code: field(oneLine, (text) => escapeHtml(lookalike(text, /`/g))),
    /** The message's own text, in which Slack also makes links of addresses. */
    text: field(oneLine, (text) => unlinked(escapeMrkdwn(text))),
  },
  teams: {
    /** A preview, which is not formatted. */
    plain: field(oneLine, (text) => lookalike(text, /[<>]/g)),
    block: field(oneLine, escapeMarkdown),
    /** A fact's value, which may have lines of its own. */
    lines: field(harmless, escapeMarkdown),
  },
  "google-chat": {
    /** Titles and labels, which are not formatted. */
    plain: field(oneLine, (text) => lookalike(text, /[<>]/g)),
    /** A preview, in which `<users/all>` would call everybody if it were the message's text. */
    text: field(oneLine, (text) => unlinked(lookalike(lookalike(text, formats), /[<>]/g))),
    /** Card text is a part of HTML: https://developers.google.com/workspace/chat/format-messages#card-formatting */
    html: field(oneLine, escapeHtml),
    lines: field(harmless, (text) => escapeHtml(text).replaceAll("\n", "<br>")),
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Escape>>>>;

function field(tidy: (text: string) => string, escaped: (text: string) => string): Escape {
  // It is cut before it is escaped, so that a long text costs no more than the field, and again where that made it longer.
  return (text, most) => cut(escaped(tidy(head(text, most))), most);
}

/** Cut where no entity, tag, escape or pair of surrogates is torn. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${head(text, most - 1).replace(/(?:&[a-z]{0,5}|<[a-z/]{0,4}|\\)$/, "")}…`;
}

/** A line break could fake a line of our own, such as a headline that claims recovery. */
function oneLine(text: string): string {
  return harmless(text).replaceAll("\n", " ");
}

/** What cannot be escaped has a lookalike that means nothing. */
const lookalikes: Readonly<Record<string, string>> = {
  "`": "ˋ",
  "*": "∗",
  _: "ˍ",
  "~": "∼",
  "<": "‹",
  ">": "›",
  ":": "∶",
  "&gt;": "›",
};

function lookalike(text: string, signs: RegExp): string {
  return text.replace(signs, (sign) => lookalikes[sign] ?? sign);
}

/** At the edge of a word they start or end formatting; inside one, as in `google_workspace`, they mean nothing. */
const formats = /`|(?<![\p{L}\p{N}])[*_~]|[*_~](?![\p{L}\p{N}])/gu;

/** `:rotating_light:` is a picture; `12:30:45` and an ARN are not. */
const emoji = /(?<=^|[\s([{"'])(:)(?=[a-z_+'-][\w+'-]{0,80}:)/gi;

/** A quotation, which Slack sees through the escape. */
const quotation = /^(\s{0,9})&gt;/gm;

function escapeMrkdwn(text: string): string {
  const plain = lookalike(lookalike(text, formats), emoji);
  return escapeHtml(plain).replace(quotation, "$1›");
}

/** An address that no chat makes a link of. */
function unlinked(text: string): string {
  return text.replaceAll("://", ":⁄⁄").replace(/\bwww\./gi, "www ");
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/**
 * Characters that begin a format in a text block, anywhere or at a line's start, `{{DATE(…)}}`, which a card counts out,
 * and tags. https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features
 */
function escapeMarkdown(text: string): string {
  return text
    .replace(/<(?=\/?at\b|[!@]|users\b|a\b|[a-z][a-z+.-]{1,30}:)/gi, "‹")
    .replace(/[\\`*_~[\]]/g, "\\$&")
    .replace(/^([ \t]{0,9}(?:\d{1,9}(?=[.)]))?)([-+#>.)=])/gm, "$1\\$2")
    .replace(/\{(?=\{)/g, "{ ");
}
