import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { log } from "#lambda/log.ts";
import { clock, createDeadline, readEnvironment } from "../environment.ts";
import { issuerOf } from "../issuers/index.ts";
import { withinLimits } from "../limits.ts";
import type { SecretEntry } from "../map.ts";
import { announcerTo, fleetOf, readerOf, redisAuth } from "./lazy.ts";
import { secretStore } from "./secret-store.ts";

export type Effects = ReturnType<typeof createEffects>;

/** The outside world of the three functions: created with the first event, kept for later ones. */
export function createEffects(secrets: SecretsManagerClient) {
  const { map, topicArn, googleTokenUrl } = readEnvironment();
  const store = secretStore(secrets);
  // The pace has to be kept where there is no tag left, too: two functions ask on behalf of one secret.
  const pacing = withinLimits(store);
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
    issuerOf: (entry: SecretEntry, until = Number.POSITIVE_INFINITY) =>
      issuerOf(entry, {
        fetch,
        clock,
        store: pacing,
        deadline: () => Math.min(deadline.at(), until),
        stage: map.stage,
        auditIndex: map.auditIndex,
        readSecret: readerOf(map, store),
        redis: redisAuth,
        googleTokenUrl,
      }),
  };
}
