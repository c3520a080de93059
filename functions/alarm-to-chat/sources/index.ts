import type { Source } from "#chat/card/enrichment.ts";

/** Each with the SDK client it needs, compiled only when something is to be looked up. */
export const sources: readonly Source[] = [
  async (question) => (await import("./target-health.ts")).targetHealth(question),
  async (question) => (await import("./deployment.ts")).lastDeployment(question),
  async (question) => (await import("./rolled-back.ts")).rolledBack(question),
  async (question) => (await import("./error-lines.ts")).errorLines(question),
  async (question) => (await import("./history.ts")).history(question),
];
