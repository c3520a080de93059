import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SNSClient } from "@aws-sdk/client-sns";
import { announcer } from "#rotation/aws/announcer.ts";
import { readerOf, redisAuth } from "#rotation/aws/lazy.ts";
import { secretStore } from "#rotation/aws/secret-store.ts";
import { clock, createDeadline, log, readEnvironment } from "#rotation/environment.ts";
import { issuerOf } from "#rotation/issuers/index.ts";
import type { RotationPorts } from "#rotation/steps/rotate.ts";

const { map, topicArn, googleTokenUrl } = readEnvironment();
const store = secretStore(new SecretsManagerClient({}));

export const deadline = createDeadline();

export const effects: RotationPorts = {
  map,
  store,
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
