import { alarmOf, arnOf, standingMute } from "../decide/mute.ts";
import type { Incident } from "../incident/incident.ts";
import type { Closing } from "../parse/reader.ts";
import type { Acknowledgement } from "../record/acknowledgement-table.ts";
import type { Mute } from "../record/mute-table.ts";
import { type GroupRecord, isOpen } from "../record/record.ts";
import type { RoadPorts, Standing } from "./ports.ts";

/** What a batch brings beside incidents. */
export interface Occasion {
  /** Whether it is time for reminders, for ends of mutes, and for ends that nobody told. */
  readonly tick: boolean;
  readonly closings: readonly Closing[];
}

/** What is the same for all destinations. */
export interface Surroundings {
  readonly mutes: readonly Mute[];
  readonly acknowledgements: ReadonlyMap<string, Acknowledgement>;
  /** How what begins stands, by ARN; `undefined` where that could not be read. */
  readonly standings: ReadonlyMap<string, Standing | undefined>;
}

export async function readSurroundings(
  incidents: readonly Incident[],
  { store, clock, standing }: RoadPorts,
): Promise<Surroundings> {
  const beginning = incidents.filter(({ phase }) => phase === "firing" || phase === "no-data");
  const arns = [...new Set(beginning.flatMap(({ subject }) => arnOf(subject) ?? []))];
  const [mutes, acknowledgements, found] = await Promise.all([
    store.mutes(clock.now()),
    store.acknowledgements(),
    arns.length === 0 ? new Map<string, Standing>() : standing(arns),
  ]);
  return { mutes, acknowledgements, standings: new Map(arns.map((arn) => [arn, found.get(arn)])) };
}

/** What operators have muted, by us or in CloudWatch, and what has ended there without a word. */
export class Circumstances {
  readonly #occasion: Occasion;
  readonly #around: Surroundings;

  private constructor(occasion: Occasion, around: Surroundings) {
    this.#occasion = occasion;
    this.#around = around;
  }

  /** Asks how what is still open stands. */
  static async of(
    occasion: Occasion,
    around: Surroundings,
    records: readonly GroupRecord[],
    { standing }: Pick<RoadPorts, "standing">,
  ): Promise<Circumstances> {
    const open = records.flatMap(({ entries }) =>
      Object.entries(entries).flatMap(([subject, entry]) => (isOpen(entry) ? subject : [])),
    );
    const services = occasion.tick ? open.flatMap((subject) => serviceArnOf(subject) ?? []) : [];
    const alarms = open.flatMap((subject) => arnOf(subject) ?? []);
    const arns = [...new Set([...alarms, ...services])].filter((arn) => !around.standings.has(arn));
    if (arns.length === 0) return new Circumstances(occasion, around);
    const standings = new Map([...around.standings, ...(await standing(arns))]);
    return new Circumstances(occasion, { ...around, standings });
  }

  isMuted(service: string, subject: string): boolean {
    if (standingMute(this.#around.mutes, { service, subject }) !== undefined) return true;
    return this.#around.standings.get(arnOf(subject) ?? "") === "silenced";
  }

  acknowledgementOf(group: string): Acknowledgement | undefined {
    return this.#around.acknowledgements.get(group);
  }

  /** How something ended that lasts in the chats: somebody closed it, or CloudWatch knows better. */
  endingOf(group: string, subject: string): string | undefined {
    const { tick, closings } = this.#occasion;
    const closing = closings.find(({ target }) => target === group || target === alarmOf(subject));
    if (closing !== undefined) return `Closed by ${closing.by}`;
    if (!tick) return undefined;
    const service = serviceArnOf(subject);
    if (service !== undefined) return this.#around.standings.get(service) === "gone" ? "Service removed" : undefined;
    const alarm = arnOf(subject);
    const standing = this.#around.standings.get(alarm ?? "");
    if (standing === "gone") return "Alarm deleted";
    // A contributor's alarm may be OK while it is not.
    return standing === "over" && alarm === subject ? "Recovered" : undefined;
  }
}

/** The service that deployed or starts its tasks in vain: once it is removed, nothing says that this is over. */
function serviceArnOf(subject: string): string | undefined {
  return /^(?:deployment|service):(arn:[^:]+:ecs:.+)$/.exec(subject)?.[1];
}
