import type { Alarm } from "../model/alarm.ts";
import type { Secret } from "../model/secret.ts";
import type { Service } from "../model/service.ts";
import type { ConsoleState } from "./state.ts";

/** How much of a person's attention something needs, the most first. */
export const attentions = ["down", "failing", "changing", "off", "well"] as const;
export type Attention = (typeof attentions)[number];

/** @param firing whether an alarm of it is in ALARM */
export function serviceAttention(
  { status, desired, healthy, failure, unreachable, deployments }: Service,
  firing: boolean,
): Attention {
  if (failure !== undefined) return healthy < desired || status === "absent" ? "down" : "failing";
  if (status === "absent") return "off";
  const rolls = status === "draining" || deployments.some(({ primary, state }) => primary && state !== "completed");
  if (healthy === 0 && desired > 0 && !rolls) return "down";
  if (firing || unreachable !== undefined || (healthy < desired && !rolls)) return "failing";
  if (rolls) return "changing";
  return desired === 0 ? "off" : "well";
}

/** @param now milliseconds since the epoch */
export function secretAttention({ status, nextRotationAt, versions }: Secret, now: number): Attention {
  if (status !== "present") return "down";
  if (nextRotationAt !== undefined && nextRotationAt < now) return "failing";
  const moves = versions.some(({ labels }) => labels.includes("AWSPENDING") && !labels.includes("AWSCURRENT"));
  return moves ? "changing" : "well";
}

export interface Ranked<T> {
  readonly item: T;
  readonly attention: Attention;
}

/** Those that need a person most first, else in their own order. */
export function rank<T>(items: readonly T[], attentionOf: (item: T) => Attention): readonly Ranked<T>[] {
  return items
    .map((item) => ({ item, attention: attentionOf(item) }))
    .toSorted((one, other) => attentions.indexOf(one.attention) - attentions.indexOf(other.attention));
}

/** Keys of the services that an alarm in ALARM is about. */
export function firingServices(alarms: readonly Alarm[]): ReadonlySet<string> {
  return new Set(alarms.flatMap(({ service, state }) => (state === "ALARM" && service !== undefined ? service : [])));
}

/** So few are all shown whole; of more, those that need a person are. */
const few = 6;
const shownCards = 12;

/** What is shown whole, what as a line each, and what as one line together: those that are well, and those taken offline. */
export function arrange({ services = [], alarms = [] }: Pick<ConsoleState, "services" | "alarms">, filter: string) {
  const firing = firingServices(alarms);
  const all = rank(services, (service) => serviceAttention(service, firing.has(service.key)));
  const folded = { well: [], offline: [] };
  if (services.length <= few) {
    // Where all are in sight, one that rolls stays in its place.
    const isWrong = ({ attention }: Ranked<Service>) => attention === "down" || attention === "failing";
    const wrong = all.filter(isWrong).map(({ item }) => item);
    return { cards: [...wrong, ...services.filter((one) => !wrong.includes(one))], rows: [], ...folded };
  }
  if (filter !== "") {
    const found = all.filter(({ item }) => matches(filter, item.key, item.hostname));
    return found.length <= few
      ? { cards: found.map(({ item }) => item), rows: [], ...folded }
      : { cards: [], rows: found, ...folded };
  }
  const offline = all.filter(({ item, attention }) => attention === "off" && item.status !== "absent");
  const notable = all.filter((one) => one.attention !== "well" && !offline.includes(one));
  return {
    cards: notable.slice(0, shownCards).map(({ item }) => item),
    rows: notable.slice(shownCards),
    well: all.filter(({ attention }) => attention === "well"),
    offline,
  };
}

/** How many services, secrets and other things are down or failing, and how many services roll. */
export interface Verdict {
  readonly problems: number;
  readonly rolling: number;
}

/** As `fleet status` counts; `undefined` while a part of it is not known. */
export function verdictOn({ services, alarms, secrets, unreadable, now }: ConsoleState): Verdict | undefined {
  if (services === undefined || alarms === undefined || secrets === undefined) return undefined;
  if (unreadable.services !== undefined || unreadable.alarms !== undefined || unreadable.secrets !== undefined)
    return undefined;
  const firing = firingServices(alarms);
  const found = services.map((service) => serviceAttention(service, firing.has(service.key)));
  const all = [...found, ...secrets.map((secret) => secretAttention(secret, now))];
  const bad = all.filter((attention) => attention === "down" || attention === "failing").length;
  const deployed = services.some(({ status }) => status !== "absent");
  const absent = services.filter(({ status, failure }) => deployed && status === "absent" && failure === undefined);
  const others = alarms.some(({ service, state }) => service === undefined && state === "ALARM");
  return {
    problems: bad + absent.length + (others ? 1 : 0),
    rolling: found.filter((one) => one === "changing").length,
  };
}

/** Each word of the filter is somewhere in one of the texts. */
export function matches(filter: string, ...texts: readonly string[]): boolean {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const all = texts.join(" ").toLowerCase();
  return words.every((word) => all.includes(word));
}
