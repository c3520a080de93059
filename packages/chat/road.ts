import { chatPauseSeconds } from "#fleet/timing.ts";
import { openMute } from "./decide/mute.ts";
import { destinationsOf } from "./decide/route.ts";
import { type Occasion, readSurroundings, type Surroundings } from "./deliver/circumstances.ts";
import { post } from "./deliver/destination.ts";
import type { RoadPorts } from "./deliver/ports.ts";
import type { Speaker } from "./deliver/speaker.ts";
import { digestOver } from "./deliver/storm.ts";
import type { Incident } from "./incident/incident.ts";
import { mergeIncidents } from "./incident/merge.ts";
import { stageOfAlarm } from "./parse/alarm.ts";
import { type Parsed, parse } from "./parse/index.ts";
import type { ChatSettings } from "./settings.ts";

/** A message of the queue. */
export interface QueuedMessage {
  readonly id: string;
  readonly body: string;
  /** Milliseconds since the epoch. */
  readonly sentAt: number;
  /** How many times it was received, including this one. */
  readonly receiveCount: number;
}

/** A message that stays in the queue, and how long until the next attempt. */
export interface Deferral {
  readonly id: string;
  readonly afterMs: number;
}

const firstDelayMs = 10_000;
const longestDelayMs = chatPauseSeconds * 1000;
/** A message is invisible for 12 hours at most, from when it was received. */
const longestVisibilityMs = 6 * 60 * 60_000;

/**
 * Carries messages from the queue to the chats: parse → merge → route → decide → card → deliver → record. What a chat
 * did not accept stays in the queue; what it accepted is recorded, so a repeated message posts nothing.
 *
 * @param deadline milliseconds since the epoch, after which nothing new is started
 */
export async function carry(
  messages: readonly QueuedMessage[],
  settings: ChatSettings,
  ports: RoadPorts,
  deadline: number,
): Promise<readonly Deferral[]> {
  const arrivals = messages.map((message) => ({ message, parsed: parse(message.body, message.sentAt) }));
  const merged = mergeIncidents(arrivals.flatMap(({ parsed }) => (parsed.kind === "incident" ? parsed.incident : [])));
  const [speakers, incidents] = await Promise.all([
    ports.speakers(),
    withOwners(
      merged.map((incident) => withoutNamesake(incident, settings)),
      settings,
      ports,
    ),
  ]);
  const occasion = {
    tick: arrivals.some(({ parsed }) => parsed.kind === "tick"),
    closings: arrivals.flatMap(({ parsed }) => (parsed.kind === "closing" ? parsed : [])),
  };
  const waiting = await postAll(incidents, speakers, occasion, settings, ports, deadline);
  return arrivals.flatMap(({ message, parsed }) => deferralOf(message, parsed, waiting));
}

/** An alarm of another account, region or stage is about a service there, though it be called as one of ours. */
function withoutNamesake(incident: Incident, { stage, region, account }: ChatSettings): Incident {
  if (incident.story.kind !== "alarm") return incident;
  const { name, region: itsRegion, account: itsAccount } = incident.story;
  const isOurs =
    (account === undefined || itsAccount === account) &&
    itsRegion === region &&
    (stageOfAlarm(name) ?? stage) === stage;
  return isOurs ? incident : { ...incident, service: undefined };
}

/** More alarms than this at once are a storm: who owns them can wait. */
const askedAtOnce = 20;

/** An alarm that says nowhere which service it is about may have a tag that does. */
async function withOwners(
  incidents: readonly Incident[],
  { region, account }: ChatSettings,
  { serviceOf }: RoadPorts,
): Promise<readonly Incident[]> {
  const isOwn = ({ service, story }: Incident) =>
    service === undefined && story.kind === "alarm" && story.region === region && story.account === account;
  const asked = incidents.filter(isOwn).slice(0, askedAtOnce);
  const owners = await Promise.all(
    asked.map(async (incident) => {
      const service = incident.story.kind === "alarm" ? await serviceOf(incident.story.arn) : undefined;
      return [incident, service] as const;
    }),
  );
  const known = new Map(owners);
  return incidents.map((incident) => ({ ...incident, service: incident.service ?? known.get(incident) }));
}

/** Changes that could not be posted to some destination, and how long to wait before the next attempt. */
type Waiting = ReadonlyMap<string, number>;

async function postAll(
  incidents: readonly Incident[],
  speakers: ReadonlyMap<string, Speaker>,
  occasion: Occasion,
  settings: ChatSettings,
  ports: RoadPorts,
  deadline: number,
): Promise<Waiting> {
  const waiting = new Map<string, number>();
  const shares = sharesOf(incidents, settings, speakers, ports, (incident) => waiting.set(incident.change, 0));
  const look = lookOnce(ports);
  const addressed = new Set([...shares.values()].flat());
  // What begins is most probably told: what helps its reader is looked up while it becomes known who may speak.
  if (addressed.size <= digestOver)
    for (const incident of addressed) {
      const { service, severity } = incident;
      if (isBeginning(incident) && openMute(settings.mutes, { service, severity }, ports.clock.now()) === undefined)
        void look({ service, incident });
    }
  let around: Promise<Surroundings> | undefined;
  const surroundings = () => {
    around ??= readSurroundings([...shares.values()].flat(), ports);
    return around;
  };
  const posts = [...speakers].map(async ([destination, speaker]) => {
    const share = shares.get(destination) ?? [];
    if (share.length === 0 && !occasion.tick && occasion.closings.length === 0) return;
    const left = await post(
      { destination, speaker, settings, ports: { ...ports, look }, deadline, occasion, surroundings },
      share,
    );
    for (const [change, afterMs] of left) waiting.set(change, Math.max(waiting.get(change) ?? 0, afterMs));
  });
  await Promise.all(posts);
  return waiting;
}

function isBeginning({ phase, severity, story }: Incident): boolean {
  return (phase === "firing" || phase === "no-data") && severity !== "info" && story.kind !== "road-test";
}

/** What is looked up is the same for all destinations. */
function lookOnce({ look }: Pick<RoadPorts, "look">): RoadPorts["look"] {
  const known = new Map<string, ReturnType<typeof look>>();
  return (question) => {
    const { change } = question.incident;
    const found = known.get(change) ?? look(question);
    known.set(change, found);
    return found;
  };
}

/** Incidents by destination. One with no reachable destination waits until somebody sets up an address. */
function sharesOf(
  incidents: readonly Incident[],
  settings: ChatSettings,
  speakers: ReadonlyMap<string, Speaker>,
  { log }: RoadPorts,
  onStranded: (incident: Incident) => void,
): ReadonlyMap<string, readonly Incident[]> {
  const addressed = incidents.flatMap((incident) => {
    const wanted = destinationsOf(incident, settings);
    const ready = wanted.filter((destination) => speakers.has(destination));
    if (wanted.length > 0 && ready.length === 0) {
      log({ level: "error", message: "No destination has an address in the chat secret", change: incident.change });
      onStranded(incident);
    }
    return ready.map((destination) => ({ destination, incident }));
  });
  const shares = Map.groupBy(addressed, ({ destination }) => destination);
  return new Map([...shares].map(([destination, share]) => [destination, share.map(({ incident }) => incident)]));
}

function deferralOf({ id, receiveCount }: QueuedMessage, parsed: Parsed, waiting: Waiting): readonly Deferral[] {
  if (parsed.kind !== "incident") return [];
  const wanted = waiting.get(parsed.incident.change);
  if (wanted === undefined) return [];
  const backoff = Math.min(firstDelayMs * 2 ** (receiveCount - 1), longestDelayMs);
  return [{ id, afterMs: Math.min(Math.max(wanted, backoff), longestVisibilityMs) }];
}
