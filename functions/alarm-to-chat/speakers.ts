import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { Log } from "#chat/deliver/ports.ts";
import { type Speaker, speakerOf } from "#chat/deliver/speaker.ts";
import { createHttp } from "#chat/receivers/http.ts";
import { receivers } from "#chat/receivers/index.ts";
import type { Address } from "#chat/receivers/receiver.ts";
import { Secret } from "#chat/receivers/secret.ts";
import type { ChatSettings } from "#chat/settings.ts";
import { rehearse } from "#lambda/rehearsal.ts";
import { type Fault, Address as Web } from "#rotation/address.ts";
import { Credential } from "#rotation/credential.ts";
import { tidied } from "#rotation/handwriting.ts";
import { isBlank, parseValue, type SecretValue, textAt } from "#rotation/value.ts";

const http = createHttp();
const client = new SecretsManagerClient({});
await rehearse((options) => client.send(new GetSecretValueCommand({ SecretId: "none" }), options));

/** The first value of a key, until somebody has put the real one there. */
const placeholder = /replace-me/;

/** Reads the addresses again for each batch: a corrected webhook works at once. */
export async function readSpeakers(
  settings: ChatSettings,
  secretArn: string,
  log: Log,
): Promise<ReadonlyMap<string, Speaker>> {
  const value = await readSecret(secretArn);
  const speakers = new Map<string, Speaker>();
  for (const [name, destination] of Object.entries(settings.destinations)) {
    if (destination.receiver === "email") {
      const { mailBy } = await import("./mail.ts");
      const address = { secret: new Secret(destination.topicArn), mail: mailBy(destination.topicArn) };
      speakers.set(name, speakerOf(receivers.email, address, http));
      continue;
    }
    const held = textAt(value, destination.key);
    if (isBlank(held) || placeholder.test(held)) {
      log({ level: "warn", message: "This destination has no address yet", destination: name, key: destination.key });
      continue;
    }
    const address = addressOf(destination, held, value);
    if ("fault" in address) {
      log({
        level: "warn",
        message: "The value of this destination's key is not usable",
        destination: name,
        ...address,
      });
      continue;
    }
    speakers.set(name, speakerOf(receivers[destination.receiver], address, http));
  }
  return speakers;
}

type Destination = Exclude<ChatSettings["destinations"][string], { readonly receiver: "email" }>;
type Faulty = Fault & { readonly key: string };

/** Checks that the value is what its key says, before any name server or web server sees it. */
function addressOf(destination: Destination, held: string, value: SecretValue): Address | Faulty {
  switch (destination.receiver) {
    case "slack-webhook":
    case "teams":
    case "google-chat":
      return webAddress(destination.key, held);
    case "webhook":
      return signedAddress(destination, held, value);
    case "slack-bot":
      return apiAddress(destination, held, value, { channel: destination.channel });
    case "pagerduty":
    case "opsgenie":
      return apiAddress(destination, held, value, {});
  }
}

function webAddress(key: string, held: string): Address | Faulty {
  const web = Web.read(held);
  return web instanceof Web ? { secret: new Secret(tidied(held)) } : { key, ...web };
}

function signedAddress(
  { key, signingKey }: Destination & { readonly receiver: "webhook" },
  held: string,
  value: SecretValue,
): Address | Faulty {
  const address = webAddress(key, held);
  if ("fault" in address) return address;
  const signing = textAt(value, signingKey);
  if (isBlank(signing) || placeholder.test(signing)) return { key: signingKey, fault: "is empty" };
  return { ...address, signing: new Secret(tidied(signing)) };
}

function apiAddress(
  { key, apiKey }: { readonly key: string; readonly apiKey?: string | undefined },
  held: string,
  value: SecretValue,
  channel: Pick<Address, "channel">,
): Address | Faulty {
  const secret = Credential.read(held);
  if (!(secret instanceof Credential)) return { key, ...secret };
  const api = apiKey === undefined ? "" : textAt(value, apiKey);
  if (apiKey === undefined || isBlank(api)) return { secret, ...channel };
  const web = Web.read(api);
  return web instanceof Web ? { secret, ...channel, api: web.at("") } : { key: apiKey, ...web };
}

async function readSecret(secretArn: string): Promise<SecretValue> {
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretArn }));
  const value = parseValue(SecretString);
  if (value === undefined) throw new Error("The chat secret is not a JSON object: set one with its keys.");
  return value;
}
