export const chatNames = ["slack-bot", "slack-webhook", "teams", "google-chat"] as const;
/** Where people read the fleet's messages. */
export type PlaceName = (typeof chatNames)[number];
/** What pages people, or is a program: it has no chat to show. */
export const pagerNames = ["pagerduty", "opsgenie", "webhook"] as const;
export type ChatName = (typeof chatNames | typeof pagerNames)[number];

/** A message as a chat keeps it. */
export interface ChatMessage {
  readonly chat: ChatName;
  /** What the vendor calls it. */
  readonly id: string;
  /** Id or key of the conversation; its own where it is on its own. */
  readonly thread: string;
  /** Whether it answers another. */
  readonly reply: boolean;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly edits: number;
  /** As it was sent: the newest version. */
  readonly payload: unknown;
  /** Whether one person alone sees it. */
  readonly whisper?: boolean;
}

/** Everything that was posted, oldest first. */
export class ChatLog {
  readonly #messages: ChatMessage[] = [];
  readonly #listeners = new Set<() => void>();
  /** Versions accepted, edits included. */
  accepted = 0;

  post(message: Omit<ChatMessage, "at" | "edits">): ChatMessage {
    const posted = { ...message, at: Date.now(), edits: 0 };
    this.#messages.push(posted);
    this.#notify();
    return posted;
  }

  /** @returns false when there is no such message */
  edit(chat: ChatName, id: string, payload: unknown): boolean {
    const index = this.#messages.findIndex((message) => message.chat === chat && message.id === id);
    const message = this.#messages[index];
    if (message === undefined) return false;
    this.#messages[index] = { ...message, payload, edits: message.edits + 1 };
    this.#notify();
    return true;
  }

  list(chat?: ChatName): readonly ChatMessage[] {
    return this.#messages.filter((message) => chat === undefined || message.chat === chat);
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #notify(): void {
    this.accepted += 1;
    for (const listener of this.#listeners) listener();
  }
}
