import * as v from "valibot";
import { type Card, linesShown, marks } from "../card/card.ts";
import { failureOf } from "./http.ts";
import { escapedHtml as escaped, unlinked } from "./markup.ts";
import type { Receiver } from "./receiver.ts";
import { Secret } from "./secret.ts";
import { shortened } from "./shortened.ts";

/** https://developers.google.com/workspace/chat/api/reference/rest/v1/spaces.messages#Message: 32,000 bytes. */
const limit = 30_000;

const Created = v.pipe(v.string(), v.parseJson(), v.object({ name: v.string() }));

/**
 * A Google Chat webhook. The thread's key is ours, so a message that is sent twice meets the first one in its thread.
 * https://developers.google.com/workspace/chat/quickstart/webhooks
 */
export const googleChat: Receiver = {
  async deliver(card, { reference, key }, { secret }, http) {
    const threadKey = reference ?? key;
    const url = URL.parse(secret.reveal());
    if (url === null) return { kind: "refused", reason: "the value in the secret is not a URL" };
    url.searchParams.set("messageReplyOption", "REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD");
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

/** Card text is a part of HTML: https://developers.google.com/workspace/chat/format-messages#card-formatting */
export function googleMessage(card: Card) {
  const paragraph = (text: string) => ({ textParagraph: { text } });
  const widgets = [
    paragraph(
      [
        `<b>${escaped(card.status)}</b>`,
        ...linesShown(card).map(({ tone, text }) => `${marks[tone]} ${escaped(text)}`),
      ].join("<br>"),
    ),
    ...card.facts.map(({ name, value }) => ({
      decoratedText: { topLabel: name, text: escaped(value), wrapText: true },
    })),
    ...(card.chart === undefined ? [] : [paragraph(`${escaped(card.chart.label)}<br>${card.chart.line}`)]),
    ...(card.log.length === 0 ? [] : [paragraph(`<font color="#80868b">${card.log.map(escaped).join("<br>")}</font>`)]),
    ...(card.links.length === 0
      ? []
      : [
          {
            buttonList: {
              buttons: card.links.map(({ label, url }) => ({ text: label, onClick: { openLink: { url } } })),
            },
          },
        ]),
  ];
  return {
    text: unlinked(card.fallback || card.title),
    cardsV2: [
      {
        cardId: "incident",
        card: {
          header: { title: `${marks[card.tone]} ${card.title}`, subtitle: card.footer },
          sections: [{ widgets }],
        },
      },
    ],
  };
}
