import type { IncomingMessage } from "node:http";
import { Agent, request as send } from "../server/http.ts";
import { nameOf } from "./headers.ts";

/** The server behind, over loopback. */
export interface Upstream {
  readonly url: URL;
  /** Sends a request and resolves with the head of its answer. @throws what Node does if there is none */
  ask(request: Ask): Promise<IncomingMessage>;
  /** Whether it answers its health check as it should; never throws. */
  isHealthy(): Promise<boolean>;
  close(): void;
}

export interface Ask {
  readonly method: string;
  readonly path: string;
  /** In pairs. */
  readonly headers: readonly string[];
  readonly body: string | undefined;
  /** Takes what cuts the exchange off, also while the answer is read. A signal would cost more than all else here. */
  onBegin?(cutOff: () => void): void;
  /** So long the answer may take to begin. */
  readonly patienceMs: number;
}

export interface HealthCheck {
  readonly url: URL;
  /** As a target group's matcher: `200-299,401`. */
  readonly codes: string;
}

/** A closed connection is noticed at once over loopback; what breaks later may have been read, and begun. */
const staleMs = 100;

/** A balancer waits 5 s for its health check. */
const healthPatienceMs = 4_000;

export class Late extends Error {
  constructor(patienceMs: number, what = "did not answer within") {
    super(`The server behind ${what} ${Math.round(patienceMs / 1_000)} s.`);
    this.name = "Late";
  }
}

export function openUpstream(url: URL, health: HealthCheck): Upstream {
  // The oldest connection first: a few stay in use, and none goes stale among many.
  const agent = new Agent({ keepAlive: true, scheduling: "fifo" });

  const once = (target: URL, ask: Ask, isSecond = false) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const { method, path, headers, body, patienceMs } = ask;
      const request = send({ agent, host: target.hostname, port: target.port, method, path, headers });
      let isCutOff = false;
      const askedAt = performance.now();
      ask.onBegin?.(() => {
        isCutOff = true;
        request.destroy();
      });
      const timer = setTimeout(() => request.destroy(new Late(patienceMs)), patienceMs);
      request.once("close", () => clearTimeout(timer));
      request.once("response", (answer) => {
        clearTimeout(timer);
        const { statusCode = 0 } = answer;
        if (statusCode >= 200) resolve(answer);
        // Nobody may be sent it on: https://www.rfc-editor.org/rfc/rfc9110#name-status-codes
        else request.destroy(new Error(`its status is ${statusCode}`));
      });
      // Nobody asked for another protocol: without a listener, Node would end the request and say nothing.
      request.once("upgrade", (_answer, socket) => {
        socket.destroy();
        reject(new Error("it switches to another protocol"));
      });
      request.once("error", (error) => {
        // A server may close an idle connection while a request is on its way: it has read nothing of it.
        // What we cut off ourselves ends in the same error.
        const isStale = request.reusedSocket && performance.now() - askedAt < staleMs;
        if (isStale && isReset(error) && !isCutOff && !isSecond) {
          once(target, ask, true).then(resolve, reject);
        } else reject(error);
      });
      request.end(body);
    });

  const isExpected = expectedBy(health.codes);
  return {
    url,
    ask: (request) => once(url, request),
    async isHealthy() {
      try {
        const answer = await once(health.url, {
          method: "GET",
          path: `${health.url.pathname}${health.url.search}`,
          headers: ["host", nameOf(health.url), "connection", "close"],
          body: undefined,
          patienceMs: healthPatienceMs,
        });
        // Some servers answer with a stream that never ends.
        answer.destroy();
        return isExpected(answer.statusCode ?? 0);
      } catch {
        return false;
      }
    },
    close: () => agent.destroy(),
  };
}

function isReset(error: Error): boolean {
  return "code" in error && (error.code === "ECONNRESET" || error.code === "EPIPE");
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Matcher.html */
function expectedBy(codes: string): (status: number) => boolean {
  const ranges = codes.split(",").map((range) => {
    const [first = 0, last = first] = range.split("-").map(Number);
    return { first, last };
  });
  return (status) => ranges.some(({ first, last }) => first <= status && status <= last);
}
