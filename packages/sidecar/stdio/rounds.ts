import { createHash, randomUUID } from "node:crypto";
import { type InputRequiredResult, inputRequired } from "@modelcontextprotocol/server";
import * as v from "valibot";
import type { RoundState } from "../toolbox/round-state.ts";
import { type Box, closeAll, type Letters, type Reply } from "./letters.ts";
import { failureOf, NoAnswer, Refused, unavailable } from "./no-answer.ts";
import type { Asking, Question } from "./questions.ts";

/** So long a client may take to answer. */
export const answerMs = 600_000;

/** What is done in one call: rounds of another are none of it. */
export interface Subject {
  readonly caller: string;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

type Result = Record<string, unknown> | InputRequiredResult;

/**
 * Calls of 2026-07-28, in which a question is a result: the client asks again, with the answer. The process waits
 * meanwhile, at the task that began the call; another task that gets the answer sends it there, and the outcome back.
 */
export interface Rounds {
  /** @throws {NoAnswer | Refused} */
  begin(subject: Subject, start: Start, signal: AbortSignal): Promise<Result>;
  /** @throws {NoAnswer | Refused} */
  goOn(subject: Subject, state: string, answers: Answers, signal: AbortSignal): Promise<Result>;
  /** Resolves when no call waits for its client any more, or the time is over. */
  settled(patienceMs: number): Promise<void>;
}
type Answers = Readonly<Record<string, unknown>>;
type Start = (ask: Asking["ask"], signal: AbortSignal) => Promise<Record<string, unknown>>;

const State = v.object({ id: v.string() });
const Answer = v.record(v.string(), v.unknown());
const key = "question";
const lost = () =>
  new NoAnswer("exited", "The call that asked this is over, or its task has ended. Call the tool again.");

export function openRounds(letters: Letters, states: RoundState, patienceMs: number): Rounds {
  const asking = new Map<string, Call>();
  const running = new Set<Promise<unknown>>();
  const keep = (one: Promise<unknown>): void => {
    running.add(one);
    void one.then(() => running.delete(one));
  };

  async function show(subject: Subject, step: Reply): Promise<Result> {
    if (step.kind === "result") return step.result;
    if (step.kind === "error") {
      throw step.error.code === unavailable ? new NoAnswer("exited", step.error.message) : new Refused(step.error);
    }
    const { id, method, params } = step;
    const requestState = await states.seal({ subject: subject.caller, tool: labelOf(subject) }, { id });
    return { ...inputRequired({ requestState }), inputRequests: { [key]: { method, params } } };
  }

  return {
    async begin(subject, start, signal) {
      const steps = openSteps();
      const end = new AbortController();
      const boxes = new Set<Box>();

      async function ask({ method, params }: Question): Promise<Record<string, unknown>> {
        const id = randomUUID();
        const address = `${subject.caller} ${id}`;
        const box = await letters.open(address);
        boxes.add(box);
        asking.set(address, { steps, end });
        steps.push({ kind: "asked", id, method, params: withoutLegacy(params) });
        const letter = await box.receive(answerMs);
        asking.delete(address);
        boxes.delete(box);
        // Whoever answered at another task waits there for what comes next.
        if (letter?.isFromAfar) {
          keep(
            steps
              .next()
              .then((step) => letters.send(`${address} next`, step))
              .catch(() => undefined)
              .finally(() => box.close()),
          );
        } else box.close();
        if (letter?.reply.kind === "result") return letter.reply.result;
        end.abort();
        throw new Refused({ code: unavailable, message: "The client did not answer." });
      }

      keep(
        start(ask, end.signal)
          .then(
            (result) => steps.push({ kind: "result", result }),
            (error: unknown) => steps.push({ kind: "error", error: failureOf(error) }),
          )
          .finally(() => closeAll(boxes)),
      );
      return show(subject, await next({ steps, end }, signal));
    },

    async goOn(subject, state, answers, signal) {
      const opened = await states.open(subject.caller, state).catch(() => undefined);
      const parsed = v.safeParse(State, states.read(labelOf(subject), opened));
      const answer = v.safeParse(Answer, answers[key]);
      if (!parsed.success || !answer.success) {
        const message = "requestState and inputResponses do not belong to this call, or are older than ten minutes.";
        throw new Refused({ code: -32602, message });
      }
      const address = `${subject.caller} ${parsed.output.id}`;
      const reply = { kind: "result", result: answer.output } as const;
      const call = asking.get(address);
      if (call !== undefined) {
        await letters.send(address, reply);
        return show(subject, await next(call, signal));
      }
      const box = await letters.open(`${address} next`);
      try {
        if (!(await letters.send(address, reply))) throw lost();
        const letter = await box.receive(patienceMs, async () => !(await letters.isOpen(address)));
        if (letter === undefined) throw lost();
        return await show(subject, letter.reply);
      } finally {
        box.close();
      }
    },

    async settled(patienceMs) {
      const over = Promise.withResolvers<void>();
      let isOver = false;
      const timer = setTimeout(() => {
        isOver = true;
        over.resolve();
      }, patienceMs);
      while (running.size > 0 && !isOver) await Promise.race([Promise.all(running), over.promise]);
      clearTimeout(timer);
    },
  };
}

/** The arguments as well: an answer belongs to what was asked for. */
function labelOf({ method, params }: Subject): string {
  return createHash("sha256")
    .update(JSON.stringify([method, params]))
    .digest("base64url");
}

/** What only earlier revisions have. */
function withoutLegacy({ _meta, elicitationId, ...params }: Question["params"]): Question["params"] {
  return params;
}

interface Call {
  readonly steps: Steps;
  readonly end: AbortController;
}

/** The next step of a call, which ends when its client leaves meanwhile. */
function next({ steps, end }: Call, signal: AbortSignal): Promise<Reply> {
  const leave = () => end.abort();
  signal.addEventListener("abort", leave, { once: true });
  return steps.next().finally(() => signal.removeEventListener("abort", leave));
}

interface Steps {
  push(step: Reply): void;
  next(): Promise<Reply>;
}

/** What comes of a call, step by step, whether or not somebody waits for it yet. */
function openSteps(): Steps {
  const steps: Reply[] = [];
  const takers: ((step: Reply) => void)[] = [];
  return {
    push(step) {
      const taker = takers.shift();
      if (taker === undefined) steps.push(step);
      else taker(step);
    },
    next() {
      const step = steps.shift();
      if (step !== undefined) return Promise.resolve(step);
      const { promise, resolve } = Promise.withResolvers<Reply>();
      takers.push(resolve);
      return promise;
    },
  };
}
