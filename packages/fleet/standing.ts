/** What a stage has deployed already that a change of the map meets; of one that was never deployed, nothing. */
export interface Standing {
  /** The address range of the VPC that the stage made. */
  readonly cidr: string | undefined;
  /** The VPC that it adopted. */
  readonly adoptedVpc: string | undefined;
  /** Its subnets by name, as `PublicSubnet1`. */
  readonly subnets: Readonly<Record<string, StandingSubnet>>;
  /** Where services live: `mcp.<domain>`. */
  readonly serviceDomain: string | undefined;
  /** The zone in which its certificate was validated. */
  readonly hostedZone: { readonly id: string; readonly adopted: boolean } | undefined;
  /** Name of the alarm topic that the stage made. */
  readonly alarmTopic: string | undefined;
  readonly redisNodes: number | undefined;
  /** The snapshot that its Redis was made from. */
  readonly redisSnapshot: string | undefined;
  /** Allocation ids of its NAT gateways, in their order, where it adopted them. */
  readonly natAddresses: readonly string[];
  /** By key. */
  readonly services: Readonly<Record<string, StandingService>>;
  /** Keys of services whose log group is part of `Services`, where all of them were once: it cannot move without going. */
  readonly olderLogs: ReadonlySet<string>;
}

export interface StandingSubnet {
  readonly zone: string;
  readonly cidr: string;
}

export interface StandingService {
  /** Number of its balancer. */
  readonly shard: number;
  /** That of its target group, which was made with it. Its tasks are registered with the port of their own. */
  readonly targetGroupPort: number;
  readonly hostname: string;
  readonly rulePriority: number;
  /** Of its DNS record, where that has one. */
  readonly recordWeight: number | undefined;
  readonly capacity: "on-demand" | "spot";
}

export const nothingStands: Standing = {
  cidr: undefined,
  adoptedVpc: undefined,
  subnets: {},
  serviceDomain: undefined,
  hostedZone: undefined,
  alarmTopic: undefined,
  redisNodes: undefined,
  redisSnapshot: undefined,
  natAddresses: [],
  services: {},
  olderLogs: new Set(),
};

/** Numbers of the balancers of services that are deployed, by key: they stay there. */
export function placedIn({ services }: Standing): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(services).map(([key, { shard }]) => [key, shard]));
}
