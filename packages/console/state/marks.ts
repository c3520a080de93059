import type { Secret } from "../model/secret.ts";
import type { Mark } from "../model/tool.ts";

/** What changed since a moment, oldest first: releases and rolls of a service, and new versions of its secrets. */
export function marksSince(from: number, releases: readonly Mark[], secrets: readonly Secret[]): readonly Mark[] {
  const versions = secrets.flatMap(({ key, versions: all }) =>
    // The first version is the secret's creation: nothing changed by it.
    all.slice(1).flatMap(({ id, createdAt: at }): readonly Mark[] => {
      return at === undefined ? [] : [{ at, kind: "secret", text: `${key} got version ${id.slice(0, 8)}` }];
    }),
  );
  return [...releases, ...versions].filter(({ at }) => at >= from).toSorted((one, other) => one.at - other.at);
}
