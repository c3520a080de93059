import { Complaint } from "../audit/complaint.ts";
import type { Log } from "../log.ts";
import { type Abilities, abilityOf } from "./abilities.ts";
import { Refused } from "./no-answer.ts";

/** What a server asks its client. */
export interface Question {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** A client in the middle of a call. */
export interface Asking {
  /** Differs from that of any other client, as far as they can be told apart. */
  readonly id: string;
  /** @throws {Refused} */
  ask(question: Question): Promise<Record<string, unknown>>;
}

export interface QuestionsParts {
  readonly log: Log;
  readonly abilities: Abilities;
  readonly cannotAsk: string;
}

/** Of one process. */
const mostAtOnce = 8;

/**
 * Passes on what a server asks to the client whose call is in progress. Over stdio a question does not say which call it
 * belongs to: it is passed on only where all calls in progress are of one client.
 * @throws {Refused} naming why, which is logged as well
 */
export function openQuestions(
  { log, abilities, cannotAsk }: QuestionsParts,
  inProgress: () => readonly Asking[],
): (question: Question) => Promise<Record<string, unknown>> {
  const complaints = new Map<string, Complaint>();
  let open = 0;

  function whyNot({ method }: Question, clients: readonly Asking[]): string | undefined {
    const known = Object.entries(abilityOf).find(([one]) => one === method);
    if (known === undefined) return "a server may not ask that";
    if (abilities[known[1]] === undefined) return cannotAsk;
    if (clients.length === 0) return "no call of its client is in progress";
    if (new Set(clients.map(({ id }) => id)).size > 1) return "calls of several clients are in progress";
    return open >= mostAtOnce ? `${mostAtOnce} questions are open already` : undefined;
  }

  return async (question) => {
    const clients = inProgress();
    const reason = whyNot(question, clients);
    const client = clients.at(-1);
    if (reason !== undefined || client === undefined) {
      const known = question.method in abilityOf;
      const message = `${known ? question.method : "This request"} is not possible here: ${reason}.`;
      const kind = known ? question.method : "";
      const complaint = complaints.get(kind) ?? new Complaint(log);
      complaints.set(kind, complaint);
      complaint.log(`The server asked its client something, and was refused. ${message}`, {});
      throw new Refused({ code: -32601, message });
    }
    open += 1;
    try {
      return await client.ask(question);
    } finally {
      open -= 1;
    }
  };
}
