import type { Source } from "#chat/card/enrichment.ts";

/** Each with the SDK client it needs, compiled only when something is to be looked up. */
export const sources: readonly Source[] = [
  ofService(async (question) => (await import("./target-health.ts")).targetHealth(question)),
  ofService(async (question) => (await import("./deployment.ts")).lastDeployment(question)),
  ofService(async (question) => (await import("./rolled-back.ts")).rolledBack(question)),
  ofService(async (question) => (await import("./error-lines.ts")).errorLines(question)),
  async (question) => (await import("./history.ts")).history(question),
];

/** Nothing is loaded for a service that is not known. */
function ofService(source: Source): Source {
  return async (question) => (question.service === undefined ? {} : source(question));
}
