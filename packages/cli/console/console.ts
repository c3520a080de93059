import { createFleetReader } from "#console/reading/reader.ts";
import { type Console, openConsole } from "#console/server.ts";
import type { FleetView } from "#console/view.ts";
import type { StagePlan } from "#fleet";
import { explainAws, settingsOf } from "../aws.ts";
import { Failure, reasonOf } from "../failure.ts";
import { openInBrowser } from "../open/browser.ts";
import type { Stage } from "../stage.ts";

export interface ConsoleRequest {
  /** `undefined` for the usual one, or another if that is taken. */
  readonly port: number | undefined;
  readonly open: boolean;
}

/** Beside the console of `npm start`. */
const usualPort = 8091;

/**
 * AWS allows a few calls a second to all users of an account, and each service takes one of the balancer: ten services
 * a second at most. On this machine nobody counts.
 */
function intervalOf({ runsOn, services }: StagePlan): number {
  return runsOn === "aws" ? Math.max(5_000, services.length * 100) : 1_000;
}

/** Shows the stage on a page of this machine, until Ctrl-C. It reads only, and only while somebody watches. */
export async function showConsole(stage: Stage, { port, open }: ConsoleRequest): Promise<void> {
  const { terminal, plan, signal, env } = stage;
  const reader = createFleetReader(plan, settingsOf(plan, env));
  try {
    const page = await openOn(port, explained(stage, reader), intervalOf(plan));
    try {
      terminal.print(page.url);
      terminal.note(`Stage ${plan.stage}, live; nothing can be changed there. Ctrl-C ends it.`);
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
    throw new Failure(`Port ${port} is taken by another program: choose another, or leave --port out.`);
  }
}

/** Errors of AWS in the words of the other commands: credentials may expire while somebody watches. */
function explained({ plan }: Stage, view: Omit<FleetView, "stage">): FleetView {
  const told =
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
    services: told(view.services),
    secrets: told(view.secrets),
    alarms: told(view.alarms),
    chats: told(view.chats),
    ...(view.traffic !== undefined && { traffic: told(view.traffic) }),
  };
}

/** The page is there with or without a browser to show it. */
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
