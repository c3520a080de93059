import { ECSClient } from "@aws-sdk/client-ecs";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SNSClient } from "@aws-sdk/client-sns";
import { announcer } from "#rotation/aws/announcer.ts";
import { readerOf, redisAuth } from "#rotation/aws/lazy.ts";
import { secretStore } from "#rotation/aws/secret-store.ts";
import { serviceFleet } from "#rotation/aws/service-fleet.ts";
import { clock, createDeadline, log, readEnvironment } from "#rotation/environment.ts";
import { issuerOf } from "#rotation/issuers/index.ts";
import type { SettlePorts } from "#rotation/settle/settle.ts";

const { map, topicArn, googleTokenUrl } = readEnvironment();
const store = secretStore(new SecretsManagerClient({}));

export const deadline = createDeadline();

export const effects: SettlePorts = {
  map,
  store,
  fleet: serviceFleet(new ECSClient({}), map.cluster),
  clock,
  log,
  deadline: deadline.at,
  announcer: announcer(new SNSClient({}), topicArn),
  issuerOf: (entry) =>
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
