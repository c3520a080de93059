import type { Alarm } from "../model/alarm.ts";
import type { Chats, Hearing, Silence } from "../model/chat.ts";
import type { MapTrouble } from "../model/map.ts";
import type { Notice } from "../model/notice.ts";
import type { Secret } from "../model/secret.ts";
import type { Deployment, Service, Task } from "../model/service.ts";
import type { ConsoleState } from "./state.ts";

export type News = Pick<Notice, "tone" | "text">;

/** What is new of a state, after the one before. What was there on arrival is no news. */
export function newsBetween(before: ConsoleState, after: ConsoleState): readonly News[] {
  if (before.now === 0) return [];
  return [
    ...(before.services === after.services ? [] : deploymentNotices(before.services, after.services ?? [])),
    ...(before.services === after.services ? [] : membershipNotices(before.services, after.services ?? [])),
    ...(before.secrets === after.secrets ? [] : secretNotices(before.secrets, after.secrets ?? [])),
    ...(before.alarms === after.alarms ? [] : alarmNotices(before.alarms, after.alarms ?? [])),
    ...(after.chats === undefined || before.chats === after.chats ? [] : chatNotices(before.chats, after.chats)),
    ...splunkNotices(before.splunkRefusesUntil, after.splunkRefusesUntil),
    ...silenceNotices(before.silences, after.silences),
    ...mapNotices(before.mapTrouble, after.mapTrouble),
  ];
}

/** Rollouts that began and ended, and tasks that stopped without being asked to by a rollout. */
function deploymentNotices(before: readonly Service[] | undefined, after: readonly Service[]): readonly News[] {
  const known = new Map(before?.map((service) => [service.key, service]));
  return after.flatMap((service) => {
    const previous = known.get(service.key);
    if (previous === undefined) return [];
    return [...rolloutNews(service.key, previous, service), ...crashNews(service.key, previous, service)];
  });
}

/** Of more a line names the first. */
const namedAtMost = 3;

/** Services that the map gained or lost, as a deploy or a save brought it here. */
function membershipNotices(before: readonly Service[] | undefined, after: readonly Service[]): readonly News[] {
  if (before === undefined) return [];
  const [was, is] = [before, after].map((services) => services.map(({ key }) => key));
  return [
    ...membershipNews("new in the map", is, new Set(was)),
    ...membershipNews("no longer in the map", was, new Set(is)),
  ];
}

function membershipNews(what: string, keys: readonly string[] = [], others: ReadonlySet<string>): readonly News[] {
  const changed = keys.filter((key) => !others.has(key));
  if (changed.length <= namedAtMost) return changed.map((key) => ({ tone: "neutral", text: `${key}: ${what}.` }));
  const named = changed.slice(0, namedAtMost).join(", ");
  return [{ tone: "neutral", text: `${named} and ${changed.length - namedAtMost} more services: ${what}.` }];
}

const primaryOf = ({ deployments }: Service): Deployment | undefined => deployments.find(({ primary }) => primary);

function rolloutNews(key: string, previous: Service, service: Service): readonly News[] {
  const [was, is] = [primaryOf(previous), primaryOf(service)];
  if (is === undefined || (was?.id === is.id && was.state === is.state)) return [];
  // A rollback goes back to a deployment that was there before, and may be over between two readings.
  const back = was !== undefined && is.createdAt < was.createdAt;
  const failed: News = { tone: "bad", text: `${key}: the rollout failed and is rolled back.` };
  switch (is.state) {
    case "in-progress":
      return [{ tone: "neutral", text: `${key}: a rollout of ${is.definition} began.` }];
    case "rolling-back":
      return [failed];
    case "completed":
      return [...(back ? [failed] : []), { tone: "good", text: `${key}: steady on ${is.definition}.` }];
    case "failed":
      return [{ tone: "bad", text: `${key}: the rollout failed. ${is.reason}` }];
  }
}

function crashNews(key: string, previous: Service, service: Service): readonly News[] {
  const alive = new Set(previous.tasks.filter(({ stoppedAt }) => stoppedAt === undefined).map(({ id }) => id));
  const crashed = ({ id, phase, ending }: Task) => phase === "stopped" && ending === "failure" && alive.has(id);
  return service.tasks
    .filter(crashed)
    .map(({ id, reason }) => ({ tone: "bad", text: `${key}: task ${id.slice(0, 8)} stopped. ${reason ?? ""}`.trim() }));
}

/** Labels that a rotation, or a person, moved to another version. */
function secretNotices(before: readonly Secret[] | undefined, after: readonly Secret[]): readonly News[] {
  const known = new Map(before?.map((secret) => [secret.key, secret]));
  return after.flatMap((secret): readonly News[] => {
    const previous = known.get(secret.key);
    if (previous === undefined) return [];
    const [pending, current] = [holderOf(secret, "AWSPENDING"), holderOf(secret, "AWSCURRENT")];
    const news: News[] = [];
    if (pending !== undefined && pending !== current && pending !== holderOf(previous, "AWSPENDING")) {
      news.push({ tone: "neutral", text: `${secret.key}: version ${pending.slice(0, 8)} is pending.` });
    }
    if (current !== undefined && current !== holderOf(previous, "AWSCURRENT")) {
      news.push({ tone: "good", text: `${secret.key}: version ${current.slice(0, 8)} is current.` });
    }
    return news;
  });
}

function holderOf({ versions }: Secret, label: string): string | undefined {
  return versions.find(({ labels }) => labels.includes(label))?.id;
}

/** Alarms that went off, and those that recovered. One that gathers its first data is no news. */
function alarmNotices(before: readonly Alarm[] | undefined, after: readonly Alarm[]): readonly News[] {
  if (before === undefined) return [];
  const states = new Map(before.map(({ name, state }) => [name, state]));
  return after.flatMap(({ name, state }): readonly News[] => {
    const was = states.get(name);
    if (was === state) return [];
    if (state === "ALARM") return [{ tone: "bad", text: `${name} is in alarm.` }];
    if (was === "ALARM" && state === "OK") return [{ tone: "good", text: `${name} is OK again.` }];
    return [];
  });
}

function splunkNotices(before: number | undefined, after: number | undefined): readonly News[] {
  if ((before === undefined) === (after === undefined)) return [];
  return after === undefined
    ? [{ tone: "good", text: "Splunk accepts audit events again." }]
    : [{ tone: "bad", text: "Splunk refuses every token." }];
}

/** Chats that were silenced, and those that answer again. */
function silenceNotices(before: readonly Silence[], after: readonly Silence[]): readonly News[] {
  const [was, is] = [before, after].map((silences) => new Set(silences.map(({ chat }) => chat)));
  return [
    ...[...(is ?? [])]
      .filter((chat) => !was?.has(chat))
      .map((chat): News => ({ tone: "bad", text: `${chat} is silent.` })),
    ...[...(was ?? [])]
      .filter((chat) => !is?.has(chat))
      .map((chat): News => ({ tone: "good", text: `${chat} answers again.` })),
  ];
}

/** A second mistake in the place of the first is the same news. */
function mapNotices(before: MapTrouble | undefined, after: MapTrouble | undefined): readonly News[] {
  if (before?.kind === after?.kind) return [];
  switch (after?.kind) {
    case undefined:
      return [{ tone: "good", text: "The map is shown as it was saved again." }];
    case "refused":
      return [{ tone: "bad", text: "The map was saved, and is left out." }];
    case "undeployed":
      return [{ tone: "bad", text: "The map was saved, and its deploy failed." }];
  }
}

const waitingFor = (heard: readonly Hearing[]) => heard.flatMap(({ chat, state }) => (state === "waits" ? chat : []));

/** What waited for a chat and reached it. Its content was already news of an alarm, rollout or secret. */
function chatNotices(before: Chats | undefined, after: Chats): readonly News[] {
  const waited = new Set(
    before?.messages.flatMap(({ subject, heard }) => waitingFor(heard).map((chat) => `${chat} ${subject}`)),
  );
  return after.chats.flatMap(({ name }): readonly News[] => {
    const told = after.messages.filter(
      ({ subject, heard }) =>
        waited.has(`${name} ${subject}`) && heard.some(({ chat, state }) => chat === name && state === "told"),
    );
    return told.length === 0 ? [] : [{ tone: "good", text: `${name} got the messages that waited for it.` }];
  });
}
