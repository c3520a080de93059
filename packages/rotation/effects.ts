import { announcerTo, fleetOf, readerOf, redisAuth } from "./aws/lazy.ts";
import { secretStore } from "./aws/secret-store.ts";
import { clock, createDeadline, log, readEnvironment } from "./environment.ts";
import { issuerOf } from "./issuers/index.ts";
import type { SecretEntry } from "./map.ts";

export type Effects = ReturnType<typeof createEffects>;

/** What the three functions reach out with: made at the first event, kept for those after it. */
export function createEffects() {
  const { map, topicArn, googleTokenUrl } = readEnvironment();
  const store = secretStore();
  const deadline = createDeadline();
  return {
    map,
    store,
    clock,
    log,
    fleet: fleetOf(map.cluster),
    announcer: announcerTo(topicArn),
    setDeadline: deadline.set,
    deadline: deadline.at,
    issuerOf: (entry: SecretEntry) =>
      issuerOf(entry, {
        fetch,
        clock,
        deadline: deadline.at,
        stage: map.stage,
        auditIndex: map.auditIndex,
        readSecret: readerOf(map, store),
        redis: redisAuth,
        googleTokenUrl,
      }),
  };
}
