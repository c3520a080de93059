import { alarmTopicOf, characterOf, defaultRegion, domainOf } from "../defaults.ts";
import type { FleetDefinition } from "../definition.ts";
import type { Problem } from "../problem.ts";
import { duplicates } from "./duplicate.ts";

/** What two stages on AWS cannot both have: a domain leads to one zone, and a topic's name is unique in its account. */
export function checkStageConflicts(fleet: FleetDefinition): readonly Problem[] {
  const stages = Object.entries(fleet.stages).flatMap(([stage, definition]) => {
    const character = characterOf(stage, definition);
    if (character.runsOn === "loopback") return [];
    const { account = "", region = fleet.region ?? defaultRegion, adopt, recordWeight } = definition;
    const topic = alarmTopicOf(stage, definition, character);
    const place = adopt?.alarmTopicArn === undefined ? `${account} ${region} ${topic}` : `adopted ${stage}`;
    return [{ stage, domain: domainOf(fleet, stage, character), topic, place, weighted: recordWeight !== undefined }];
  });
  // Records with weights stand beside each other: one stage follows another in that way.
  const shared = (domain: string) => stages.filter((one) => one.domain === domain).every(({ weighted }) => weighted);
  const clashing = duplicates(stages, ({ domain }) => domain).filter(({ entry }) => !shared(entry.domain));
  return [
    ...clashing.map(({ first, entry: { stage, domain } }) => ({
      field: `stages.${stage}.domain`,
      value: domain,
      allowed: `a domain that no other stage on AWS has; stage ${first.stage} has this one`,
      remedy: `Set stages.${stage}.domain to another, such as ${stage}.${fleet.domain}: the registrar leads a domain to one zone. Or adopt that in both, with a recordWeight in each.`,
    })),
    ...duplicates(stages, ({ place }) => place).map(({ first, entry: { stage, topic } }) => ({
      field: `stages.${stage}.alarmTopic`,
      value: topic,
      allowed: `a topic's name that no other stage of the account and region has; stage ${first.stage} has this one`,
      remedy: `Set stages.${stage}.alarmTopic to another, such as MCPAlerts-${stage}.`,
    })),
  ];
}
