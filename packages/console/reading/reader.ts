import type { StagePlan } from "#fleet";
import type { FleetView } from "../view.ts";
import { readAlarms } from "./alarms.ts";
import { createChatReader } from "./chats.ts";
import { type ClientSettings, openClients } from "./clients.ts";
import { withProbes } from "./probes.ts";
import { readSecrets } from "./secrets.ts";
import { readServices } from "./services.ts";
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
  return {
    services: async () => withProbes(plan, clients, await readServices(plan, clients)),
    secrets: () => readSecrets(plan, clients),
    alarms: () => readAlarms(plan, clients),
    chats: createChatReader(plan, clients),
    traffic: createTrafficReader(plan, clients),
    tools: createToolReader(plan, clients),
    close() {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}
