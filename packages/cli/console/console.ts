import { createFleetReader } from "#console/reading/reader.ts";
import { type Console, openConsole } from "#console/server.ts";
import type { FleetView } from "#console/view.ts";
import type { StagePlan } from "#fleet";
import { explainAws, settingsOf } from "../aws.ts";
import { Failure, reasonOf } from "../failure.ts";
import { openInBrowser } from "../open/browser.ts";
import type { Stage } from "../stage.ts";

export interface ConsoleRequest {
  /** `undefined` for the default, or a free one if that is taken. */
  readonly port: number | undefined;
  readonly open: boolean;
}

/** Beside the console of `npm start`. */
const usualPort = 8091;

/**
 * AWS allows an account a few calls a second in all, and each service takes one to the balancer: ten services
 * a second at most. On this machine there is no limit.
 */
function intervalOf({ runsOn, services }: StagePlan): number {
  return runsOn === "aws" ? Math.max(5_000, services.length * 100) : 1_000;
}

/** Shows the stage on a page of this machine, until Ctrl-C. It only reads, and only while somebody watches. */
export async function showConsole(stage: Stage, { port, open }: ConsoleRequest): Promise<void> {
  const { terminal, plan, signal, env } = stage;
  const reader = createFleetReader(plan, settingsOf(plan, env));
  try {
    const page = await openOn(port, explained(stage, reader), intervalOf(plan));
    try {
      terminal.print(page.url);
      terminal.note(`Stage ${plan.stage}, live and read-only. Ctrl-C ends it.`);
      if (open && terminal.interactive) await openOrSay(stage, page.url);
      await untilAborted(signal);
    } finally {
      await page.close();
    }
  } finally {
    reader.close();
  }
}

async function openOn(port: number | undefined, view: FleetView, intervalMs: number): Promise<Console> {
  try {
    return await openConsole({ port: port ?? usualPort, view, intervalMs });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EADDRINUSE")) throw error;
    if (port === undefined) return await openConsole({ port: 0, view, intervalMs });
    throw new Failure(`Port ${port} is in use by another program: choose another, or omit --port.`);
  }
}

/** AWS errors worded as in the other commands: credentials may expire while somebody watches. */
function explained({ plan }: Stage, view: Omit<FleetView, "stage">): FleetView {
  const wrapped =
    <T>(read: () => Promise<T>) =>
    async () => {
      try {
        return await read();
      } catch (error) {
        throw new Failure(explainAws(error, plan) ?? reasonOf(error));
      }
    };
  return {
    stage: plan.stage,
    services: wrapped(view.services),
    secrets: wrapped(view.secrets),
    alarms: wrapped(view.alarms),
    chats: wrapped(view.chats),
    ...(view.traffic !== undefined && { traffic: wrapped(view.traffic) }),
  };
}

/** The page is served whether or not a browser opens. */
async function openOrSay({ terminal }: Stage, url: string): Promise<void> {
  try {
    await openInBrowser(url);
  } catch (error) {
    terminal.note(reasonOf(error));
  }
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}
