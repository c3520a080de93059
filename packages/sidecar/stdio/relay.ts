import { randomUUID } from "node:crypto";
import { ProtocolError, type RequestId, Server } from "@modelcontextprotocol/server";
import * as v from "valibot";
import { canBeAsked, type Peer } from "./abilities.ts";
import type { AskOptions } from "./child.ts";
import type { Server as Behind } from "./children.ts";
import { type Box, closeAll, type Letters } from "./letters.ts";
import { NoAnswer, Refused, unavailable } from "./no-answer.ts";
import type { Asking } from "./questions.ts";
import { answerMs, type Rounds } from "./rounds.ts";

export interface RelayParts {
  readonly behind: Behind;
  readonly era: "modern" | "legacy";
  readonly patienceMs: number;
  /** Who asks, where they can be asked in turn. */
  readonly peer: Peer | undefined;
  readonly caller: string;
  readonly letters: Letters;
  readonly rounds: Rounds;
  /** Writes down what comes of a request. */
  readonly watch: Watch;
}

type Params = Readonly<Record<string, unknown>>;
export type Watch = (
  method: string,
  params: Params,
  signal: AbortSignal,
  run: () => Promise<Result>,
) => Promise<Result>;
type Result = Awaited<ReturnType<Rounds["begin"]>>;

const Params = v.optional(v.looseObject({ _meta: v.optional(v.record(v.string(), v.unknown())) }), {});

/** A client that shows progress shows no more than this many steps a second. */
const progressEveryMs = 50;
/** Those whose result may be a question, since 2026-07-28. */
const inRounds = ["tools/call", "prompts/get", "resources/read"];

/**
 * The server's side of one HTTP request, with the name and the tools of the process behind. It only has what a request
 * and its answer can carry: a server that serves each request anew has no subscriptions and no log level.
 */
export function createRelay(parts: RelayParts): Server {
  const { behind, era, patienceMs, peer, caller, letters, rounds, watch } = parts;
  const { greeting, child } = behind;
  const { capabilities: has } = greeting;
  // Changes of the lists are told to those who listen for them, which revisions before 2026-07-28 cannot here.
  const list = era === "modern" ? { listChanged: true } : {};
  const server = new Server(greeting.serverInfo, {
    capabilities: {
      ...(has.tools && { tools: list }),
      ...(has.prompts && { prompts: list }),
      ...(has.resources && { resources: list }),
      ...(has.completions && { completions: {} }),
    },
    ...(greeting.instructions !== undefined && { instructions: greeting.instructions }),
  });
  server.fallbackRequestHandler = async ({ method, params }, { mcpReq }) => {
    const { _meta = {}, ...rest } = v.parse(Params, params ?? {});
    const sent = { ...rest, ...withoutEnvelope(_meta) };
    const token = mcpReq._meta?.progressToken;
    const options = {
      patienceMs,
      ...(token !== undefined && { onProgress: reportTo(token, (told) => mcpReq.notify(told)) }),
    };
    const { signal } = mcpReq;
    const run = (): Promise<Result> => {
      if (peer === undefined || !canBeAsked(peer)) return child.ask(method, sent, { ...options, signal });
      const { id } = peer;
      if (era === "legacy") {
        const boxes = new Set<Box>();
        const client = { id, ask: onStream(mcpReq.id, boxes) };
        return child.ask(method, sent, { ...options, signal, client }).finally(() => closeAll(boxes));
      }
      if (!inRounds.includes(method)) return child.ask(method, sent, { ...options, signal });
      const subject = { caller, method, params: rest };
      const state = mcpReq.requestState<string>();
      if (state !== undefined) return rounds.goOn(subject, state, mcpReq.inputResponses ?? {}, signal);
      const start = (ask: Asking["ask"], end: AbortSignal) =>
        child.ask(method, sent, { ...options, signal: end, client: { id, ask } });
      return rounds.begin(subject, start, signal);
    };
    try {
      return await watch(method, rest, signal, run);
    } catch (error) {
      if (error instanceof Refused) throw new ProtocolError(error.failure.code, error.message, error.failure.data);
      if (error instanceof NoAnswer) throw new ProtocolError(unavailable, error.message);
      throw error;
    }
  };

  /** Before 2026-07-28 a question goes out on the stream of the call; its id is ours, as the answer may come anywhere. */
  const onStream =
    (relatedRequestId: RequestId, boxes: Set<Box>): Asking["ask"] =>
    async ({ method, params }) => {
      const id = randomUUID();
      const box = await letters.open(`${caller} ${id}`);
      boxes.add(box);
      try {
        await server.transport?.send({ jsonrpc: "2.0", id, method, params }, { relatedRequestId });
        const letter = await box.receive(answerMs);
        if (letter?.reply.kind === "result") return letter.reply.result;
        const none = { code: unavailable, message: "The client did not answer." };
        throw new Refused(letter?.reply.kind === "error" ? letter.reply.error : none);
      } finally {
        boxes.delete(box);
        box.close();
      }
    };
  return server;
}

type Notify = (notification: { method: "notifications/progress"; params: ProgressParams }) => Promise<void>;
interface ProgressParams {
  readonly [key: string]: unknown;
  readonly progressToken: RequestId;
  readonly progress: number;
}

/** What comes faster than anybody looks is dropped, but for the end: a client that reads slowly fills no memory. */
function reportTo(progressToken: RequestId, notify: Notify): NonNullable<AskOptions["onProgress"]> {
  let last = Number.NEGATIVE_INFINITY;
  return ({ progressToken: _, ...progress }) => {
    const now = performance.now();
    if (now - last < progressEveryMs && progress.progress !== progress.total) return;
    last = now;
    void notify({ method: "notifications/progress", params: { ...progress, progressToken } }).catch(() => undefined);
  };
}

/** What a request of 2026-07-28 says of itself is between the client and this bridge. */
function withoutEnvelope(meta: Readonly<Record<string, unknown>>) {
  const rest = Object.entries(meta).filter(
    ([key]) => !key.startsWith("io.modelcontextprotocol/") && key !== "progressToken",
  );
  return rest.length === 0 ? {} : { _meta: Object.fromEntries(rest) };
}
