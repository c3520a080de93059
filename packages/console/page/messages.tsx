import type { Chats, Hearing, Message, Origin } from "../model/chat.ts";
import { age, duration, shortId, timeOfDay } from "./format.ts";
import { Scroll } from "./panel.tsx";

const tones: Readonly<Record<Message["phase"], string>> = {
  firing: "bad",
  "no-data": "warn",
  recovered: "good",
  notice: "neutral",
};

export function Told({ chats, now }: { readonly chats: Chats; readonly now: number }) {
  if (chats.messages.length === 0) {
    return <p class="empty">No messages in the last 30 days. Alarms, failed rollouts and rotations appear here.</p>;
  }
  return (
    <Scroll label="Messages, ongoing first, then newest">
      <ul class="messages">
        {chats.messages.map((message) => (
          <li key={message.subject} class={message.phase}>
            <p class="said">
              <span class={`mark ${tones[message.phase]}`}>
                <span class="group">{message.group}</span>
                {message.phase === "recovered" && " recovered"}
              </span>{" "}
              {without(message.group, message.headline)}
            </p>
            <p class="facts">
              {[originWords(message.origin), when(message, now)].filter((part) => part !== "").join(" · ")} ·{" "}
              <Heard heard={message.heard} chats={chats} />
            </p>
          </li>
        ))}
      </ul>
    </Scroll>
  );
}

/** Some headlines begin with the name of their conversation. */
const without = (group: string, headline: string) =>
  headline.startsWith(`${group}: `) ? headline.slice(group.length + 2) : headline;

/** Which chats a message is in, as briefly as possible. */
export function Heard({ heard, chats }: { readonly heard: readonly Hearing[]; readonly chats: Chats }) {
  const of = (state: Hearing["state"]) => heard.flatMap((one) => (one.state === state ? one.chat : []));
  const [told, waits, muted] = [of("told"), of("waits"), of("muted")];
  return (
    <span class="heard">
      {told.length > 0 && (
        <span>
          sent to {told.length > 1 && told.length === chats.chats.length ? `all ${told.length} chats` : told.join(", ")}
        </span>
      )}
      {waits.length > 0 && <span class="mark warn">waiting for {waits.join(", ")}</span>}
      {muted.length > 0 && <span class="mark neutral">muted in {muted.join(", ")}</span>}
    </span>
  );
}

function originWords(origin: Origin): string {
  switch (origin.kind) {
    case "alarm":
      return `alarm ${origin.name}`;
    case "deployment":
      return "deployment";
    case "task":
      return `task ${shortId(origin.id)}`;
    case "rotation":
      return `rotation of ${origin.secret}`;
    case "other":
      return "";
  }
}

function when({ phase, since, at }: Message, now: number): string {
  switch (phase) {
    case "firing":
    case "no-data":
      return `since ${timeOfDay(since)}, for ${age(since, now)}`;
    case "recovered":
      return `${timeOfDay(at)}, lasted ${lasted(at - since)}`;
    case "notice":
      return `${timeOfDay(at)}, ${age(at, now)} ago`;
  }
}

const lasted = (ms: number) => (ms < 60_000 ? duration(ms) : age(0, ms));
