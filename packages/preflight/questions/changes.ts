import type { StagePlan, Standing } from "#fleet";
import type { Obstacle, Question } from "../question.ts";
import { readStanding, readZones } from "../standing.ts";

/** What CloudFormation refuses halfway through an update, or could only do by taking the stage down. */
export const changes: Question = {
  about: "whether the stage can become what the map says",
  async ask(site) {
    const [standing, zones] = await Promise.all([readStanding(site), readZones(site)]);
    return [...judgeChanges(site.plan, standing), ...judgeZones(site.plan, standing, zones)];
  },
};

export function judgeChanges(plan: StagePlan, standing: Standing): readonly Obstacle[] {
  return [
    ...judgeNames(plan, standing),
    ...judgeMade(plan, standing),
    ...plan.services.flatMap((service) => [
      ...judgeHost(service, standing),
      ...judgeBalancer(plan, service, standing),
      ...judgePriority(service, standing),
      ...judgeCapacity(service, standing),
    ]),
  ];
}

/** Other stacks use the network, the certificate and the topic, and these cannot become others meanwhile. */
function judgeNames(plan: StagePlan, standing: Standing): readonly Obstacle[] {
  const { stage, network, serviceDomain, hostedZone, alarmTopic } = plan;
  const beside =
    plan.runsOn === "loopback"
      ? "or end npm start and start it again, which begins with nothing"
      : `or deploy a stage of its own beside ${stage}, and remove ${stage} when nobody uses it`;
  const differs = (was: string | undefined, is: string | undefined) =>
    was !== undefined && is !== undefined && was !== is;
  const obstacles: Obstacle[] = [];
  const stood = standing.adoptedVpc ?? (standing.cidr && "a VPC of its own");
  if (differs(stood, network.adopted?.id ?? "a VPC of its own"))
    obstacles.push({
      evidence: `stages.${stage}.adopt.vpc: the stage runs in ${stood}, and what runs cannot move to another network.`,
      remedy: `Leave it there, ${beside}.`,
    });
  else if (network.adopted === undefined && differs(standing.cidr, network.cidr))
    obstacles.push({
      evidence: `stages.${stage}.network.cidr = ${network.cidr}: the stage runs in ${standing.cidr}, and a network keeps its range.`,
      remedy: `Set it back to ${standing.cidr}, ${beside}.`,
    });
  if (differs(standing.serviceDomain, serviceDomain))
    obstacles.push({
      evidence: `domain: the services would move from ${standing.serviceDomain} to ${serviceDomain}, and the balancers use the certificate of ${standing.serviceDomain}.`,
      remedy: `Set domain and subdomain back, ${beside}.`,
    });
  else if (differs(zoneOf(standing), hostedZone.kind === "adopt" ? hostedZone.id : zoneToCreate(standing)))
    obstacles.push({
      evidence: `stages.${stage}.adopt.hostedZone: the stage's certificate is validated in ${standing.hostedZone?.id}, and the balancers use it.`,
      remedy: `Leave it as it was, ${beside}.`,
    });
  if (alarmTopic.adoptedArn === undefined && differs(standing.alarmTopic, alarmTopic.name))
    obstacles.push({
      evidence: `stages.${stage}.alarmTopic = ${alarmTopic.name}: every alarm sends to ${standing.alarmTopic}, and a topic keeps its name.`,
      remedy: `Set it back to ${standing.alarmTopic}, or create ${alarmTopic.name} yourself and adopt it: stages.${stage}.adopt.alarmTopicArn.`,
    });
  return obstacles;
}

/** Redis takes a snapshot, a gateway its address and a record its kind when it is made. */
function judgeMade({ stage, redis, network, recordWeight }: StagePlan, standing: Standing): readonly Obstacle[] {
  const obstacles: Obstacle[] = [];
  if (standing.redisNodes !== undefined && redis.snapshot !== undefined && redis.snapshot !== standing.redisSnapshot)
    obstacles.push({
      evidence: `stages.${stage}.adopt.redisSnapshot = ${redis.snapshot}: Redis is there, ${standing.redisSnapshot === undefined ? "without one" : `made from ${standing.redisSnapshot}`}, and takes a snapshot only when it is made.`,
      remedy: "Leave the field out; or deploy without a service that has sessions, then with them: every login ends.",
    });
  const moved = network.addresses.filter((id, at) => (standing.natAddresses[at] ?? id) !== id);
  const taken = moved.filter((id) => standing.natAddresses.includes(id));
  if (taken.length > 0)
    obstacles.push({
      evidence: `stages.${stage}.adopt.addresses: ${taken.join(", ")} would pass from one NAT gateway of the stage to another, and an address has one at a time.`,
      remedy: `Keep the order: ${standing.natAddresses.join(", ")}.`,
    });
  const weighted = recordWeight !== undefined;
  if (Object.values(standing.services).some((service) => (service.recordWeight !== undefined) !== weighted))
    obstacles.push({
      evidence: `stages.${stage}.recordWeight: the records of the stage were made ${weighted ? "without weights" : "with weights"}, and Route 53 lets no others stand beside them.`,
      remedy: weighted
        ? "Leave it out; to move from this stage to another, give that one the names of its own."
        : "Set it, to 255 where the stage alone has the names.",
    });
  return obstacles;
}

const zoneOf = ({ hostedZone }: Standing) => hostedZone?.id;

/** The stage goes on with a zone that it made; in place of one that it adopted it would make another. */
const zoneToCreate = ({ hostedZone }: Standing) => (hostedZone?.adopted === true ? "another" : hostedZone?.id);

type Service = StagePlan["services"][number];

/** A record is created before that of the entry that went is deleted, and a name has one. */
function judgeHost({ key, hostname }: Service, { services }: Standing): readonly Obstacle[] {
  const [owner] = Object.entries(services).find(([other, is]) => other !== key && is.hostname === hostname) ?? [];
  if (owner === undefined) return [];
  return [
    {
      evidence: `services.${key}.host: ${hostname} is the address of ${owner}, which is deployed, and a record cannot pass from one service to another in one deploy.`,
      remedy: `Keep the key ${owner}; or give ${key} another host; or deploy without ${key} and ${owner}, then with ${key}: nobody answers in between.`,
    },
  ];
}

/** Names of the account and the cluster would have to be in two stacks. */
function judgeBalancer(
  { stage, shards }: StagePlan,
  { key, pinnedTo }: Service,
  { services }: Standing,
): readonly Obstacle[] {
  const standing = Object.hasOwn(services, key) ? services[key] : undefined;
  if (standing === undefined || (standing.shard <= shards && (pinnedTo ?? standing.shard) === standing.shard))
    return [];
  const asked = standing.shard > shards ? `stages.${stage}.shards = ${shards}` : `services.${key}.shard = ${pinnedTo}`;
  return [
    {
      evidence: `${asked}: ${key} is deployed at balancer ${standing.shard}, and a service cannot move to another in one deploy.`,
      remedy: `Leave it there; or deploy without ${key}, then with it: nobody answers in between.`,
    },
  ];
}

/** A rule is created or moved while the one that had its priority is still there. */
function judgePriority({ key, rulePriority, shard }: Service, { services }: Standing): readonly Obstacle[] {
  const at = (Object.hasOwn(services, key) ? services[key]?.shard : undefined) ?? shard;
  const [owner] =
    Object.entries(services).find(
      ([other, is]) => other !== key && is.shard === at && is.rulePriority === rulePriority,
    ) ?? [];
  if (owner === undefined) return [];
  return [
    {
      evidence: `services.${key} has the rule priority ${rulePriority}, which is that of ${owner} as it is deployed.`,
      remedy: `Give ${key} another oauth.rulePriority; or deploy ${owner} with another first.`,
    },
  ];
}

/** Another launch type is another service to CloudFormation, and the name is taken. */
function judgeCapacity({ key, capacity }: Service, { services }: Standing): readonly Obstacle[] {
  const was = Object.hasOwn(services, key) ? services[key]?.capacity : undefined;
  if (was === undefined || was === capacity) return [];
  return [
    {
      evidence: `services.${key}.capacity = ${capacity}: it runs ${was}, and a service keeps what it was made with.`,
      remedy: `Leave it; or deploy without ${key}, then with it: nobody answers in between.`,
    },
  ];
}

export function judgeZones({ stage, region, network }: StagePlan, { subnets }: Standing, zones: readonly string[]) {
  const known = new Set([...zones, ...Object.values(subnets).map(({ zone }) => zone)]);
  if (network.adopted !== undefined || known.size >= network.zones) return [];
  return [
    {
      evidence: `stages.${stage}.network.zones = ${network.zones}: the account has ${known.size} in ${region}, ${[...known].join(", ")}.`,
      remedy: "Lower it, or choose another region.",
    },
  ];
}
