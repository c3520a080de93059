import type { ConsoleEvent } from "./model/event.ts";

/**
 * What those need who have the state before: only the items that changed, where the list has the same ones in the same
 * order. One of five hundred services is three kilobytes, all of them one and a half megabytes.
 */
export function differenceOf(before: ConsoleEvent | undefined, after: ConsoleEvent): ConsoleEvent {
  if (before?.kind === "services" && after.kind === "services") {
    const services = changedIn(before.services, after.services, ({ key }) => key);
    return services === undefined ? after : { kind: "changed-services", services };
  }
  if (before?.kind === "secrets" && after.kind === "secrets") {
    const secrets = changedIn(before.secrets, after.secrets, ({ key }) => key);
    return secrets === undefined ? after : { kind: "changed-secrets", secrets };
  }
  if (before?.kind === "alarms" && after.kind === "alarms") {
    const alarms = changedIn(before.alarms, after.alarms, ({ name }) => name);
    return alarms === undefined ? after : { kind: "changed-alarms", alarms };
  }
  return after;
}

/** `undefined` where items came, went or moved. */
function changedIn<T>(before: readonly T[], after: readonly T[], idOf: (item: T) => string): T[] | undefined {
  const alike = (item: T, at: number) => {
    const old = before[at];
    return old !== undefined && idOf(old) === idOf(item);
  };
  if (before.length !== after.length || !after.every(alike)) return undefined;
  return after.filter((item, at) => JSON.stringify(item) !== JSON.stringify(before[at]));
}

/** The list with the changed items in the places of the old; the others stay the same objects. */
export function patched<T>(
  before: readonly T[] | undefined,
  changed: readonly T[],
  idOf: (item: T) => string,
): readonly T[] | undefined {
  const fresh = new Map(changed.map((item) => [idOf(item), item]));
  return before?.map((item) => fresh.get(idOf(item)) ?? item);
}
