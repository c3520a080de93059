import { useEffect, useRef, useState } from "preact/hooks";
import type { Notice } from "../model/notice.ts";
import type { ConsoleState } from "../state/state.ts";

/** What happens within this time is announced together. */
const gatherMs = 2000;
const spokenAtOnce = 3;

/** Announces changes to a screen reader, but not every number that moves. */
export function Announcer({ notices, connection }: Pick<ConsoleState, "notices" | "connection">) {
  const [text, setText] = useState("");
  /** What was there when the page came is not told. A server that was started again counts from 1. */
  const said = useRef<number | undefined>(undefined);
  const newest = notices[0]?.id ?? 0;
  useEffect(() => {
    if (connection !== "live") return;
    const known = said.current;
    if (known === undefined || newest < known) {
      said.current = newest;
      return;
    }
    const timer = setTimeout(() => {
      const news = notices.filter(({ id }) => id > known).toReversed();
      said.current = newest;
      if (news.length > 0) setText(spoken(news));
    }, gatherMs);
    return () => clearTimeout(timer);
  }, [newest, connection]);
  useEffect(() => {
    if (connection === "lost") setText("Lost the connection to the fleet.");
  }, [connection]);
  return <output class="spoken">{text}</output>;
}

function spoken(news: readonly Notice[]): string {
  const rest = news.length - spokenAtOnce;
  const texts = news.slice(-spokenAtOnce).map(({ text }) => text);
  return [...texts, ...(rest > 0 ? [`And ${rest} more changes.`] : [])].join(" ");
}
