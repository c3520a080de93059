import type { StagePlan } from "#fleet";
import type { FleetView } from "../view.ts";
import { readAlarms } from "./alarms.ts";
import { createChatReader } from "./chats.ts";
import { type ClientSettings, openClients } from "./clients.ts";
import { withProbes } from "./probes.ts";
import { createSecretReader } from "./secrets.ts";
import { createServiceReader } from "./services.ts";
import { createToolReader } from "./tools.ts";
import { createTrafficReader } from "./traffic.ts";

export interface FleetReader
  extends Required<Pick<FleetView, "services" | "secrets" | "alarms" | "chats" | "traffic" | "tools">> {
  /** Closes its connections, without which the process would stay for seconds. */
  close(): void;
}

/** A stage as seen through its APIs, on AWS and on the local endpoint alike. */
export function createFleetReader(plan: StagePlan, settings: ClientSettings): FleetReader {
  const clients = openClients(settings);
  const services = createServiceReader(plan, clients);
  return {
    services: async () => withProbes(plan, clients, await services()),
    secrets: createSecretReader(plan, clients),
    alarms: () => readAlarms(plan, clients),
    chats: createChatReader(plan, clients),
    traffic: createTrafficReader(plan, clients),
    tools: createToolReader(plan, clients),
    close() {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}

/** What a reading that has begun may still be using, and the one before. */
const openAtMost = 2;

/** As above, of the plan that holds at the time: the map may be saved while somebody watches. */
export function followFleet(
  plan: () => StagePlan,
  settings: ClientSettings,
): FleetReader & {
  /** The next reading begins with clients of its own: a client keeps for good the credentials that say no end of theirs. */
  renew(): void;
} {
  const opened: FleetReader[] = [];
  let read: StagePlan | undefined;
  const now = (): FleetReader => {
    const known = opened.at(-1);
    if (known !== undefined && plan() === read) return known;
    read = plan();
    const fresh = createFleetReader(read, settings);
    if (opened.push(fresh) > openAtMost) opened.shift()?.close();
    return fresh;
  };
  return {
    services: () => now().services(),
    secrets: () => now().secrets(),
    alarms: () => now().alarms(),
    chats: () => now().chats(),
    traffic: () => now().traffic(),
    tools: (service, span) => now().tools(service, span),
    renew() {
      read = undefined;
    },
    close() {
      for (const reader of opened) reader.close();
    },
  };
}
