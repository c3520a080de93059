import type { FleetDefinition, StagePlan } from "#fleet";
import { howToSet } from "./deliver.ts";
import type { Draft } from "./draft.ts";

/**
 * What is left to do for an entry that was written.
 * @param taken the stage that gets the values from this command
 */
export function stepsOf(
  { key, secret, dockerfile, entry, open, leftOut }: Draft,
  { stages }: FleetDefinition,
  taken: StagePlan | undefined,
  file: string | undefined,
): readonly string[] {
  const others = Object.keys(stages).filter((stage) => stages[stage]?.runsOn !== "loopback");
  const [only = "<stage>", ...more] = others.length === 0 ? Object.keys(stages) : others;
  const stage = more.length > 0 ? "<stage>" : only;
  const isFilled = (name: string) => secret !== undefined && Object.hasOwn(secret.given, name);
  const unset = Object.entries(secret?.keys ?? {}).filter(([name]) => taken?.stage !== stage || !isFilled(name));
  const isInFile = file !== undefined && file !== "-" && unset.every(([name]) => isFilled(name));
  return [
    ...open.map((what) => `- fill in ${what}: the server does not start without it`),
    ...(dockerfile === undefined
      ? []
      : [`- build and push ${entry.image}:`, ...dockerfile.map((line) => `    ${line}`)]),
    ...(others.length > 0
      ? [`- npx sst deploy --stage ${stage}`]
      : ["- npm start, unless it runs: then it has seen the map"]),
    ...(isInFile && unset.length > 0
      ? [`- ./fleet secrets import ${file} --stage ${stage}`]
      : unset.flatMap(([name, what]) => [
          `- ${name}${what && ` (${what})`}:`,
          `    ${secret && howToSet(secret, name, stage)}`,
        ])),
    `- ./fleet connect ${key} --stage ${stage}`,
    ...(leftOut.length > 0
      ? ["Left out, as optional or not for an entry:", ...leftOut.map((what) => `- ${what}`)]
      : []),
  ];
}
