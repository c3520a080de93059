import type { StagePlan } from "#fleet";
import type { FleetView } from "../view.ts";
import { readAlarms } from "./alarms.ts";
import { type ClientSettings, openClients } from "./clients.ts";
import { readSecrets } from "./secrets.ts";
import { readServices } from "./services.ts";

/** A stage as its APIs tell it, on AWS and on the local endpoint alike. */
export function createFleetReader(
  plan: StagePlan,
  settings: ClientSettings,
): Pick<FleetView, "services" | "secrets" | "alarms"> {
  const clients = openClients(settings);
  return {
    services: () => readServices(plan, clients),
    secrets: () => readSecrets(plan, clients),
    alarms: () => readAlarms(plan, clients),
  };
}
