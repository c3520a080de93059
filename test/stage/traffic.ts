import type { FleetStage } from "./stage.ts";

/** What a steady stream of requests met. */
export interface TrafficReport {
  readonly sent: number;
  /** Every request that was not answered by the service, in words. */
  readonly failures: readonly string[];
  /** Processes that answered, in the order of their first answer. */
  readonly pids: readonly number[];
}

export interface Traffic {
  /** Stops sending, and waits for every answer. */
  stop(): Promise<TrafficReport>;
}

/** Requests to an echo service at a steady rate, whatever becomes of those before; one in ten takes 300 ms. */
export function startTraffic(stage: FleetStage, host: string, perSecond: number): Traffic {
  const pids = new Set<number>();
  const failures: string[] = [];
  const answers: Promise<void>[] = [];
  const ask = async (path: string) => {
    try {
      pids.add((await stage.echo(stage.url(host, path))).pid);
    } catch (error) {
      failures.push(error instanceof Error ? `${error.message} ${error.cause ?? ""}`.trim() : String(error));
    }
  };
  const timer = setInterval(
    () => void answers.push(ask(answers.length % 10 === 0 ? "/mcp?delay=300" : "/mcp")),
    1_000 / perSecond,
  );
  return {
    async stop() {
      clearInterval(timer);
      await Promise.all(answers);
      return { sent: answers.length, failures, pids: [...pids] };
    },
  };
}
