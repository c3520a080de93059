import type { Source } from "#chat/card/enrichment.ts";
import { history } from "./history.ts";

/** Those of a service with the SDK clients they need, compiled only when something is to be looked up. */
export const sources: readonly Source[] = [
  ofService(async (question) => (await import("./target-health.ts")).targetHealth(question)),
  ofService(async (question) => (await import("./deployment.ts")).lastDeployment(question)),
  ofService(async (question) => (await import("./rolled-back.ts")).rolledBack(question)),
  ofService(async (question) => (await import("./error-lines.ts")).errorLines(question)),
  history,
];

/** Nothing is loaded for a service that is not known. */
function ofService(source: Source): Source {
  return async (question) => (question.service === undefined ? {} : source(question));
}
