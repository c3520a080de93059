import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { nudge } from "#chat/parse/nudge.ts";
import type { PressPorts } from "#chat/press/press.ts";
import { createHttp } from "#chat/receivers/http.ts";
import { Secret } from "#chat/receivers/secret.ts";
import { putAcknowledgement } from "#chat/record/acknowledgement-table.ts";
import { extendMute } from "#chat/record/mute-table.ts";
import { log } from "#lambda/log.ts";
import { rehearse } from "#lambda/rehearsal.ts";
import { tidied } from "#rotation/handwriting.ts";
import { isBlank, parseValue, textAt } from "#rotation/value.ts";
import { environment } from "./environment.ts";

const table = new DynamoDBClient({});
const secrets = new SecretsManagerClient({});
const queue = new SQSClient({});
await rehearse((options) => secrets.send(new GetSecretValueCommand({ SecretId: "none" }), options));
/** Slack waits three seconds for all of it. */
const http = createHttp(1_000);

/** Anybody may call, so that the secret is not read for each call; a new one counts within a minute. */
const keptMs = 60_000;
let kept: { readonly secret: Secret | undefined; readonly until: number } | undefined;

async function readSigningSecret(): Promise<Secret | undefined> {
  const { SIGNING_SECRET_ARN, SIGNING_SECRET_KEY, SIGNING_PLACEHOLDER } = environment();
  const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: SIGNING_SECRET_ARN }));
  const value = parseValue(SecretString);
  const held = value === undefined ? "" : textAt(value, SIGNING_SECRET_KEY);
  return isBlank(held) || held === SIGNING_PLACEHOLDER ? undefined : new Secret(tidied(held));
}

export const ports: PressPorts = {
  log,
  now: Date.now,
  async signingSecret() {
    if (kept === undefined || kept.until < Date.now())
      kept = { secret: await readSigningSecret(), until: Date.now() + keptMs };
    return kept.secret;
  },
  acknowledge: (acknowledgement) => putAcknowledgement(table, environment().INCIDENT_TABLE, acknowledgement),
  mute: (mute) => extendMute(table, environment().INCIDENT_TABLE, mute),
  async nudge() {
    const { ALARM_QUEUE_URL: QueueUrl } = environment();
    await queue.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(nudge) }));
  },
  async whisper(address, text) {
    // The address came with the request: signed, and still followed to Slack alone.
    const { SLACK_HOOKS_URL } = environment();
    if (URL.parse(address)?.origin !== URL.parse(SLACK_HOOKS_URL)?.origin) {
      log({ level: "warn", message: "Not answered", reason: "the answer would not go to Slack" });
      return;
    }
    const body = JSON.stringify({ response_type: "ephemeral", replace_original: false, text });
    const outcome = await http({ url: new Secret(address), body });
    if (outcome.kind === "failure" || outcome.status >= 300) log({ level: "warn", message: "Not answered" });
  },
};
