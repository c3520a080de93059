import type { Stage } from "#cli/stage.ts";
import { openStage } from "#cli/stage.ts";
import { createTerminal } from "#cli/terminal.ts";
import type { FleetDefinition, StagePlan } from "#fleet";
import { clientSettings, type LocalFleet } from "../fleet.ts";

export interface StageParts {
  readonly fleet: LocalFleet;
  readonly projectRoot: string;
  readonly stop: AbortSignal;
  readonly print: (line: string) => void;
}

/** The running fleet as the commands of `fleet` see a stage. */
export function stageOf(parts: StageParts, map: FleetDefinition, plan: StagePlan): Promise<Stage> {
  const { endpoint } = clientSettings(parts.fleet.cloud);
  return openStage(
    {
      // No line that is rewritten: audit events and others print meanwhile.
      terminal: { ...createTerminal(process), print: parts.print, note: parts.print, progress: () => undefined },
      env: { ...process.env, AWS_ENDPOINT_URL: endpoint },
      project: parts.projectRoot,
      readMap: async () => map,
      signal: parts.stop,
      hold: (work) => work,
      stdin: process.stdin,
      stdout: process.stdout,
    },
    plan,
  );
}
