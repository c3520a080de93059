import type { FleetDefinition } from "../definition.ts";
import type { Problem } from "../problem.ts";
import { checkPlace } from "./place.ts";

/** Keys and roles that a stage is told of are those of its own account. */
export function checkControls(fleet: FleetDefinition, stage: string): readonly Problem[] {
  const { controls: { encryptionKey = "create", accessLogs } = {}, account } = fleet.stages[stage] ?? {};
  const field = `stages.${stage}.controls`;
  return [
    ...(encryptionKey === "create" ? [] : checkPlace(fleet, stage, `${field}.encryptionKey`, encryptionKey)),
    ...(accessLogs?.readers ?? []).flatMap((reader, index) =>
      account === undefined || reader.includes(`:iam::${account}:role/`)
        ? []
        : [
            {
              field: `${field}.accessLogs.readers.${index}`,
              value: reader,
              allowed: `a role of the stage's own account: arn:…:iam::${account}:role/…`,
              remedy: "Name a role there, which people or programs of another account may assume.",
            },
          ],
    ),
  ];
}
