import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { enrich } from "#chat/card/enrichment.ts";
import type { Clock, RoadPorts } from "#chat/deliver/ports.ts";
import { createIncidentTable } from "#chat/record/incident-table.ts";
import { log } from "#lambda/log.ts";
import { environment } from "./environment.ts";
import { serviceOfTag } from "./owner.ts";
import { standingOf } from "./sources/alarm-standing.ts";
import { sources } from "./sources/index.ts";
import { readSpeakers } from "./speakers.ts";

const table = new DynamoDBClient({});
const isService = (arn: string) => arn.includes(":ecs:");

const clock: Clock = {
  now: Date.now,
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** With what is read at an event, so that a mistake in it fails that event. */
export const ports = (): RoadPorts => ({
  store: createIncidentTable(environment().INCIDENT_TABLE, table),
  clock,
  log,
  speakers: () => readSpeakers(environment().CHAT_SETTINGS, environment().CHAT_SECRET_ARN, log),
  serviceOf: serviceOfTag,
  standing: async (arns) => {
    const [services, alarms] = [arns.filter(isService), arns.filter((arn) => !isService(arn))];
    const asked = [
      ...(alarms.length === 0 ? [] : [standingOf(alarms, log)]),
      ...(services.length === 0
        ? []
        : [import("./sources/service-standing.ts").then((of) => of.standingOfServices(services, log))]),
    ];
    return new Map((await Promise.all(asked)).flatMap((found) => [...found]));
  },
  look: (question) =>
    enrich(
      question,
      sources,
      // The message goes out without it.
      (error) =>
        log({ level: "warn", message: "Not looked up", reason: error instanceof Error ? error.name : "unknown" }),
      clock.sleep,
    ),
});
