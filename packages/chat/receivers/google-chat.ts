import * as v from "valibot";
import { type Card, linesShown, marks } from "../card/card.ts";
import { type Prose, plain as words } from "../card/prose.ts";
import { escapes } from "./escape.ts";
import { failureOf, isAnswering } from "./http.ts";
import type { Receiver } from "./receiver.ts";
import { Secret } from "./secret.ts";
import { shortened } from "./shortened.ts";

/** https://developers.google.com/workspace/chat/api/reference/rest/v1/spaces.messages#Message: 32,000 bytes. */
const limit = 30_000;

const Created = v.pipe(v.string(), v.parseJson(), v.object({ name: v.string() }));

/**
 * A Google Chat webhook: it takes what `spaces.messages.create` does, so a repeated `requestId` creates no second message.
 * https://developers.google.com/workspace/chat/api/reference/rest/v1/spaces.messages/create
 */
export const googleChat: Receiver = {
  repeats: "merged",
  isAnswering: ({ secret }, http) => isAnswering(http, secret),
  async deliver(card, { reference, key, id }, { secret }, http) {
    const threadKey = reference ?? key;
    const url = URL.parse(secret.reveal());
    if (url === null) return { kind: "refused", reason: "the value in the secret is not a URL" };
    url.searchParams.set("messageReplyOption", "REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD");
    url.searchParams.set("requestId", id);
    const body = shortened(card, limit, (version) => ({ ...googleMessage(version), thread: { threadKey } }));
    const outcome = await http({ url: new Secret(url.href), body });
    const failure = failureOf(outcome);
    if (failure !== undefined) return failure;
    const created = v.is(Created, outcome.kind === "answer" ? outcome.body : "");
    return created
      ? { kind: "accepted", reference: threadKey }
      : { kind: "retry", reason: "a success without a message: something else answers at this address" };
  },
};

const { plain, html, lines, text: preview } = escapes["google-chat"];

/** It knows no reader's time zone: times are in UTC. */
const prose = (text: Prose, most: number) => html(words(text), most);

/** `text` would stand above the card: it only calls people, and a notification shows `fallbackText`. */
export function googleMessage(card: Card) {
  const paragraph = (text: string) => ({ textParagraph: { text } });
  const widgets = [
    paragraph(
      [
        `<b>${prose(card.status, 400)}</b>`,
        ...linesShown(card).map(({ tone, text }) => `${marks[tone]} ${prose(text, 1_000)}`),
      ].join("<br>"),
    ),
    ...card.facts.map(({ name, value }) => ({
      decoratedText: { topLabel: plain(name, 200), text: lines(value, 4_000), wrapText: true },
    })),
    ...(card.chart === undefined ? [] : [paragraph(`${html(card.chart.label, 200)}<br>${card.chart.line}`)]),
    ...(card.log.length === 0
      ? []
      : [paragraph(`<font color="#70757a">${card.log.map((line) => html(line, 1_000)).join("<br>")}</font>`)]),
    ...(card.links.length === 0
      ? []
      : [
          {
            buttonList: {
              buttons: card.links.map(({ label, url }) => ({ text: plain(label, 60), onClick: { openLink: { url } } })),
            },
          },
        ]),
  ];
  return {
    ...(card.mention.length > 0 && { text: card.mention.map((id) => `<${id}>`).join(" ") }),
    fallbackText: preview(card.fallback || card.title, 1_000),
    cardsV2: [
      {
        cardId: "incident",
        card: {
          header: { title: `${marks[card.tone]} ${plain(card.title, 600)}`, subtitle: plain(card.footer, 600) },
          sections: [{ widgets }],
        },
      },
    ],
  };
}
