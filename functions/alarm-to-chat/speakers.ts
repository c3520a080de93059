import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import * as v from "valibot";
import type { Log, Speak } from "#chat/ports.ts";
import { createHttp } from "#chat/receivers/http.ts";
import { receivers } from "#chat/receivers/index.ts";
import type { Address } from "#chat/receivers/receiver.ts";
import { Secret } from "#chat/secret.ts";
import type { ChatSettings } from "#chat/settings.ts";

const Value = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.string()));
const http = createHttp();
const client = new SecretsManagerClient({});

/** The first value of a key, until somebody has put the real one there. */
const placeholder = /replace-me/;

/** Reads the addresses anew for each batch: a webhook that was mended works at once. */
export async function readSpeakers(
  settings: ChatSettings,
  secretArn: string,
  log: Log,
): Promise<ReadonlyMap<string, Speak>> {
  const value = await readSecret(secretArn);
  const speakers = new Map<string, Speak>();
  for (const [name, destination] of Object.entries(settings.destinations)) {
    const secret = value[destination.key];
    if (secret === undefined || placeholder.test(secret)) {
      log({ level: "warn", message: "This destination has no address yet", destination: name, key: destination.key });
      continue;
    }
    const address = addressOf(destination, secret, value);
    const receiver = receivers[destination.receiver];
    speakers.set(name, (card, conversation) => receiver.deliver(card, conversation, address, http));
  }
  return speakers;
}

function addressOf(
  destination: ChatSettings["destinations"][string],
  secret: string,
  value: Readonly<Record<string, string>>,
): Address {
  if (destination.receiver !== "slack-bot") return { secret: new Secret(secret) };
  const api = destination.apiKey === undefined ? undefined : value[destination.apiKey];
  return { secret: new Secret(secret), channel: destination.channel, ...(api !== undefined && { api }) };
}

async function readSecret(secretArn: string): Promise<Readonly<Record<string, string>>> {
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretArn }));
  const parsed = v.safeParse(Value, SecretString);
  // The parser's message would quote the secret.
  if (!parsed.success) throw new Error("The chat secret is no JSON object of texts: put one there with its keys.");
  return parsed.output;
}
