import type { Part } from "#console/model/event.ts";
import { followFleet } from "#console/reading/reader.ts";
import { type Console, type ConsoleOptions, openConsole } from "#console/server.ts";
import type { FleetActions, FleetView } from "#console/view.ts";
import { howToDeploy } from "#fleet/deploying.ts";
import { auditSearch } from "../audit/search.ts";
import { type AwsSettings, createAws, explainAws, lacksCredentials, settingsOf } from "../aws.ts";
import { Failure, reasonOf } from "../failure.ts";
import { openInBrowser } from "../open/browser.ts";
import type { Deployed, Stage } from "../stage.ts";
import { followMap } from "./followed-map.ts";
import { intervalOf, priceOfDay } from "./price.ts";

export interface ConsoleRequest {
  /** `undefined` for the default, or a free one if that is taken. */
  readonly port: number | undefined;
  readonly open: boolean;
}

/** Beside the console of `npm start`. */
const usualPort = 8091;

/**
 * Shows the stage on a page of this machine, until Ctrl-C. It only reads, and only while somebody watches; where the map
 * gives messages buttons, those that lead here instead find them on the page.
 */
export async function showConsole(stage: Stage, { port, open }: ConsoleRequest): Promise<void> {
  const { terminal, plan, signal, env } = stage;
  const map = await followMap(stage, (what) => terminal.note(what));
  const settings = { ...settingsOf(plan, env), ignoreCache: true as const };
  const reader = followFleet(map.plan, settings);
  try {
    const page = await openOn(port, {
      view: { ...explained(stage, reader), mapTrouble: map.trouble },
      actions: plan.chat?.actions === undefined ? undefined : freshActions(map.plan, settings),
      intervalMs: () => intervalOf(map.plan()),
    });
    try {
      terminal.print(page.url);
      terminal.note(
        `Stage ${plan.stage}, live and read-only${plan.chat?.actions === undefined ? "" : ", except who has an alarm"}. Ctrl-C ends it.`,
      );
      if (plan.runsOn === "aws")
        terminal.note(
          `AWS bills about ${priceOfDay(plan, intervalOf(plan)).toFixed(2)} USD a day for a page that stays open.`,
        );
      if (open && terminal.interactive) await openOrSay(stage, page.url);
      await untilAborted(signal);
    } finally {
      await page.close();
    }
  } finally {
    map.stop();
    reader.close();
  }
}

/** As below, by the map as it is saved at the time, and with the credentials of the time. */
function freshActions(plan: () => Deployed["plan"], settings: AwsSettings): FleetActions {
  return {
    mode: "alarms",
    async perform(action) {
      const aws = createAws(settings);
      return alarmActions({ plan: plan(), aws }).perform(action).finally(aws.close);
    },
  };
}

/** What may be done about alarms, on any stage. */
export function alarmActions(stage: Deployed): FleetActions {
  return {
    mode: "alarms",
    async perform({ kind, ...action }) {
      if (!("about" in action)) throw new Failure("Only the console of npm start does that.");
      const [{ takeAlarms }, { silenceMs }] = [
        await import("../alarms/acknowledge.ts"),
        await import("#chat/press/press.ts"),
      ];
      return takeAlarms(stage, action.about, kind === "silence-alarms" ? silenceMs : 0);
    },
  };
}

async function openOn(port: number | undefined, options: Omit<ConsoleOptions, "port">): Promise<Console> {
  try {
    return await openConsole({ port: port ?? usualPort, ...options });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EADDRINUSE")) throw error;
    if (port === undefined) return await openConsole({ port: 0, ...options });
    throw new Failure(`Port ${port} is in use by another program: choose another, or omit --port.`);
  }
}

/** AWS errors worded as in the other commands: credentials may expire while somebody watches. */
function explained(stage: Stage, view: ReturnType<typeof followFleet>): FleetView {
  const { plan, terminal } = stage;
  const findAudits = auditSearch(stage);
  /** What lacked credentials when it was last read: they are asked for once. */
  const lacking = new Set<Part>();
  /** Whoever logs in again need not start this again. */
  const askForCredentials = (error: unknown, part: Part) => {
    view.renew();
    if (lacking.size === 0) terminal.note(`${explainAws(error, plan)} The page goes on by itself then.`);
    lacking.add(part);
  };
  const wrapped = <T>(read: () => Promise<T>, part: Part) => {
    return async () => {
      try {
        const found = await read();
        lacking.delete(part);
        return found;
      } catch (error) {
        if (lacksCredentials(error)) askForCredentials(error, part);
        throw new Failure(explainAws(error, plan) ?? reasonOf(error));
      }
    };
  };
  /** What the page asks for once in a while: the parts above tell of credentials. */
  const asked = async <T>(answer: Promise<T>) =>
    answer.catch((error: unknown) => {
      throw new Failure(explainAws(error, plan) ?? reasonOf(error));
    });
  return {
    stage: plan.stage,
    toDeploy: howToDeploy(plan),
    services: wrapped(view.services, "services"),
    secrets: wrapped(view.secrets, "secrets"),
    alarms: wrapped(view.alarms, "alarms"),
    chats: wrapped(view.chats, "chats"),
    traffic: wrapped(view.traffic, "traffic"),
    tools: (service, span) => asked(view.tools(service, span)),
    ...(findAudits !== undefined && { findAudits: (filter: string) => asked(findAudits(filter)) }),
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
