import type { Card } from "../card/card.ts";
import { clip } from "../text/clip.ts";
import { harmless } from "../text/harmless.ts";
import type { Receiver } from "./receiver.ts";
import { withLines } from "./shortened.ts";
import { pagerLines, wordsOf } from "./words.ts";

/** https://docs.aws.amazon.com/sns/latest/api/API_Publish.html: 256 KB, and a character may take four bytes. */
const textLimit = 60_000;
const subjectLimit = 100;

/** Mail by an SNS topic: plain text, and nothing is taken back. What only rewrites an earlier message is not sent. */
export const email: Receiver = {
  repeats: "shown",
  // SNS can be asked nothing of the kind; what it does not take is refused or fails at the call itself.
  isAnswering: async (_address, _http) => true,
  async deliver(card, { manner, reference, key }, { mail }) {
    if (mail === undefined) return { kind: "refused", reason: "there is no topic to mail by" };
    const conversation = reference ?? key;
    if (manner === "refresh" || manner === "close") return { kind: "accepted", reference: conversation };
    const delivery = await mail({ subject: subjectOf(card), text: textOf(withLines(card, pagerLines)) });
    return delivery.kind === "accepted" ? { kind: "accepted", reference: conversation } : delivery;
  },
};

/** ASCII on one line, which begins with a letter or a digit: SNS refuses others. */
function subjectOf({ title, tone }: Card): string {
  const plain = harmless(title)
    .normalize("NFKD")
    .replaceAll("…", "...")
    .replaceAll(/\s+/g, " ")
    .replaceAll(/[^\x20-\x7e]/g, "");
  const words = `[${tone === "good" ? "over" : tone}] ${plain}`.trim();
  return words.length <= subjectLimit ? words : `${words.slice(0, subjectLimit - 3)}...`;
}

function textOf(card: Card): string {
  const links = card.links.map(({ label, url }) => `${harmless(label)}: ${url}`);
  return clip([harmless(card.title), "", wordsOf(card), "", ...links].join("\n"), textLimit);
}
