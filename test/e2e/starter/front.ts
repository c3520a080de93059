import { once } from "node:events";
import { createServer, request } from "node:http";

/** What the balancer is to the tasks: one public address, requests in turn, no stickiness. */
export interface Front {
  readonly url: URL;
  /**
   * The ports that take requests, in turn. Resolves when the others have answered what they were sent before, as a
   * balancer deregisters a target before its task is stopped.
   */
  route(...ports: readonly number[]): Promise<void>;
  stop(): Promise<void>;
}

export async function startFront(): Promise<Front> {
  let targets: readonly number[] = [];
  let turn = 0;
  const unanswered = new Map<Promise<void>, number>();
  const server = createServer((req, res) => {
    const port = targets[turn++ % Math.max(1, targets.length)];
    if (port === undefined) {
      res.writeHead(503).end();
      return;
    }
    const headers = { ...req.headers, "x-forwarded-for": "203.0.113.7", "x-forwarded-proto": "https" };
    const onward = request({ host: "127.0.0.1", port, method: req.method, path: req.url, headers }, (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(res);
    });
    const answered = Promise.withResolvers<void>();
    unanswered.set(answered.promise, port);
    const settle = () => {
      unanswered.delete(answered.promise);
      answered.resolve();
    };
    onward.on("response", settle).on("close", settle);
    onward.on("error", () => (res.headersSent ? res.destroy() : res.writeHead(502).end()));
    res.on("close", () => onward.destroy());
    req.pipe(onward);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("A server listens on a port.");
  return {
    url: new URL(`http://localhost:${address.port}`),
    route: async (...ports) => {
      targets = ports;
      await Promise.all([...unanswered].map(([answer, port]) => (ports.includes(port) ? undefined : answer)));
    },
    stop: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
