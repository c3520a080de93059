import { setTimeout as sleep } from "node:timers/promises";
import type { CloudFormationClient, ServiceOutputTypes } from "@aws-sdk/client-cloudformation";
import { useBus, useDeployClient } from "../sst.ts";

/** SST's own second between two looks at a stack: one that takes longer is looked at almost as often as before. */
const patienceMs = 900;
const pauseMs = 50;

/**
 * SST looks at a stack that it deploys, and again a second later; on this machine most are done in a tenth of that, and
 * six wait for one another. So what it asks about a stack is answered when the stack is done, if that is soon. From the
 * first stack on, that of SST itself: it has no client before.
 */
export function answerOnceSettled(): void {
  const started = useBus().subscribe("stack.status", () => {
    useBus().unsubscribe(started);
    waitForStacks(useDeployClient());
  });
}

/** A stack that is not done within a moment is answered as it is then. */
export function waitForStacks(client: CloudFormationClient): void {
  const settling = new Map<string, Promise<unknown>>();
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const name = "StackName" in args.input ? args.input.StackName : undefined;
        if (name === undefined) return next(args);
        if (commandName !== "DescribeStacksCommand") {
          // Resources and events are asked for in the same moment, and belong to the same answer.
          await settling.get(name)?.catch(() => undefined);
          return next(args);
        }
        const answer = untilSettled(() => next(args));
        settling.set(name, answer);
        return answer;
      },
    { step: "initialize", name: "settledStacks" },
  );
}

async function untilSettled<T extends { readonly output: ServiceOutputTypes }>(ask: () => Promise<T>): Promise<T> {
  const end = Date.now() + patienceMs;
  for (;;) {
    const answer = await ask();
    const [stack] = "Stacks" in answer.output ? (answer.output.Stacks ?? []) : [];
    if (stack?.StackStatus?.endsWith("_IN_PROGRESS") !== true || Date.now() >= end) return answer;
    await sleep(pauseMs);
  }
}
