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

/** What operators have muted, by us or in CloudWatch, and what has ended there without a word. */
export class Circumstances {
  readonly #occasion: Occasion;
  readonly #mutes: readonly Mute[];
  readonly #acknowledgements: ReadonlyMap<string, Acknowledgement>;
  /** By ARN. */
  readonly #standings: ReadonlyMap<string, Standing>;

  private constructor(
    occasion: Occasion,
    mutes: readonly Mute[],
    acknowledgements: ReadonlyMap<string, Acknowledgement>,
    standings: ReadonlyMap<string, Standing>,
  ) {
    this.#occasion = occasion;
    this.#mutes = mutes;
    this.#acknowledgements = acknowledgements;
    this.#standings = standings;
  }

  /** Asks how what begins, or is still open, stands. */
  static async of(
    occasion: Occasion,
    incidents: readonly Incident[],
    records: readonly GroupRecord[],
    { store, clock, standing }: RoadPorts,
  ): Promise<Circumstances> {
    const beginning = incidents.filter(({ phase }) => phase === "firing" || phase === "no-data");
    const open = records.flatMap(({ entries }) =>
      Object.entries(entries).flatMap(([subject, entry]) => (isOpen(entry) ? subject : [])),
    );
    const subjects = [...beginning.map(({ subject }) => subject), ...open];
    const services = occasion.tick ? open.flatMap((subject) => serviceArnOf(subject) ?? []) : [];
    const arns = [...new Set([...subjects.flatMap((subject) => arnOf(subject) ?? []), ...services])];
    const [mutes, taken] = await Promise.all([store.mutes(clock.now()), store.acknowledgements()]);
    return new Circumstances(occasion, mutes, taken, arns.length === 0 ? new Map() : await standing(arns));
  }

  isMuted(service: string, subject: string): boolean {
    if (standingMute(this.#mutes, { service, subject }) !== undefined) return true;
    return this.#standings.get(arnOf(subject) ?? "") === "silenced";
  }

  acknowledgementOf(group: string): Acknowledgement | undefined {
    return this.#acknowledgements.get(group);
  }

  /** How something ended that lasts in the chats: somebody closed it, or CloudWatch knows better. */
  endingOf(group: string, subject: string): string | undefined {
    const { tick, closings } = this.#occasion;
    const closing = closings.find(({ target }) => target === group || target === alarmOf(subject));
    if (closing !== undefined) return `Closed by ${closing.by}`;
    if (!tick) return undefined;
    const service = serviceArnOf(subject);
    if (service !== undefined) return this.#standings.get(service) === "gone" ? "Service removed" : undefined;
    const alarm = arnOf(subject);
    const standing = this.#standings.get(alarm ?? "");
    if (standing === "gone") return "Alarm deleted";
    // A contributor's alarm may be OK while it is not.
    return standing === "over" && alarm === subject ? "Recovered" : undefined;
  }
}

/** The service that deployed or starts its tasks in vain: once it is removed, nothing says that this is over. */
function serviceArnOf(subject: string): string | undefined {
  return /^(?:deployment|service):(arn:[^:]+:ecs:.+)$/.exec(subject)?.[1];
}
