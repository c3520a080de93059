import type { Message } from "./message.ts";

/**
 * Messages in the order of their numbers, each once: what comes early waits, what came before is dropped, as frames
 * are sent again when an acknowledgement is late.
 */
export function createSequence(): (message: Message) => readonly Message[] {
  const early = new Map<number, Message>();
  let next = 0;
  return (message) => {
    if (message.sequence >= next) early.set(message.sequence, message);
    const ready: Message[] = [];
    for (let due = early.get(next); due !== undefined; due = early.get(next)) {
      early.delete(next);
      next += 1;
      ready.push(due);
    }
    return ready;
  };
}
