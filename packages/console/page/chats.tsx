import { receiverTitles } from "#chat/receivers/title.ts";
import type { Chat, Chats as ChatsModel, Silence } from "../model/chat.ts";
import type { ConsoleState } from "../state/state.ts";
import { age, secondsLeft } from "./format.ts";
import { Told } from "./messages.tsx";
import { Panel } from "./panel.tsx";
import type { Perform } from "./perform.ts";

interface ChatsProps {
  readonly state: ConsoleState;
  readonly perform: Perform;
}

export function Chats({ state: { chats, silences, now, unreadable }, perform }: ChatsProps) {
  return (
    <Panel
      id="chats"
      title="Chats"
      class="chats"
      problem={unreadable.chats}
      aside={chats === undefined ? undefined : <Queue chats={chats} />}
    >
      {chats?.chats.length === 0 && (
        <p class="empty">
          This stage has no chats. Add one under <code>chat</code> in fleet.config.ts, and its messages appear here.
        </p>
      )}
      {chats !== undefined && chats.chats.length > 0 && (
        <>
          <ul class="destinations" aria-label="Destinations">
            {chats.chats.map((chat) => (
              <Destination
                key={chat.name}
                chat={chat}
                silence={silences.find((one) => one.chat === chat.name)}
                now={now}
                perform={perform}
              />
            ))}
          </ul>
          <Told chats={chats} now={now} />
        </>
      )}
    </Panel>
  );
}

/** What is on its way, and what never arrived. */
function Queue({ chats: { waiting, dead, page } }: { readonly chats: ChatsModel }) {
  return (
    <>
      {waiting > 0 && <span class="mark warn">{events(waiting)} in the queue</span>}
      {dead > 0 && <span class="mark bad">{events(dead)} given up, in the dead-letter queue</span>}
      {page !== undefined && (
        <a class="out" href={page} target="_blank" rel="noreferrer">
          Open the chats
        </a>
      )}
    </>
  );
}

const events = (count: number) => (count === 1 ? "1 event" : `${count} events`);

interface DestinationProps {
  readonly chat: Chat;
  readonly silence: Silence | undefined;
  readonly now: number;
  readonly perform: Perform;
}

/** One button whose name changes: it keeps the focus. */
function Destination({ chat, silence, now, perform }: DestinationProps) {
  const { name, receiver } = chat;
  const silent = silence !== undefined;
  return (
    <li>
      <span class="name">
        <strong>{name}</strong> <span class="facts">{receiverTitles[receiver]}</span>
      </span>
      {silent ? (
        <span class="mark bad">silent, {secondsLeft(silence.until, now)} s left</span>
      ) : (
        <span class="facts">{standing(chat, now)}</span>
      )}
      {perform !== undefined && (
        <button
          type="button"
          aria-label={silent ? `Unsilence ${name}` : `Silence ${name}`}
          onClick={() => perform({ kind: silent ? "unsilence-chat" : "silence-chat", chat: name })}
        >
          {silent ? "Unsilence" : "Silence"}
        </button>
      )}
    </li>
  );
}

function standing({ lastToldAt, shown }: Chat, now: number): string {
  if (lastToldAt === undefined) return "no messages yet";
  const told = `last message ${age(lastToldAt, now)} ago`;
  if (shown === undefined) return told;
  const edited = shown.edits === 0 ? "" : `, ${shown.edits} ${shown.edits === 1 ? "edit" : "edits"}`;
  return `${told} · ${shown.messages} ${shown.messages === 1 ? "message" : "messages"}${edited}`;
}
