import type { Place } from "#endpoint/core/ports.ts";

/** The account that fauxqs puts in every ARN and queue URL; it has no option for another. */
const emulatorAccount = "000000000000";

type Fields = Readonly<Record<string, unknown>>;

/** Attributes that hold the ARN of a queue, alone or in a JSON document. */
const attributesWithArn = ["QueueArn", "RedrivePolicy", "RedriveAllowPolicy"];

export function queueName(queueArnOrUrl: string): string {
  return queueArnOrUrl.split(/[:/]/).at(-1) ?? queueArnOrUrl;
}

export function queueArn(place: Pick<Place, "region" | "account">, name: string): string {
  return `arn:aws:sqs:${place.region}:${place.account}:${name}`;
}

/** Leads back through the endpoint, so that an SDK that takes the URL's host for its endpoint still finds us. */
export function queueUrl(place: Place, name: string): string {
  return `${place.endpointUrl}/${place.account}/${name}`;
}

/** A request in the place's account, as the emulator wants it. Message bodies are left alone. */
export function toEmulator(place: Place, request: Fields): Fields {
  return mapAttributes(request, (value) => value.replaceAll(`:${place.account}:`, `:${emulatorAccount}:`));
}

/**
 * The emulator's answer, in the place's account and with URLs that lead to the endpoint. An attribute that was set to
 * nothing is absent, as are empty lists and maps.
 */
export function fromEmulator(place: Place, answer: Fields): Fields {
  const { QueueUrl, QueueUrls, ...rest } = withoutEmpty(answer);
  return {
    ...mapAttributes(rest, (value) => value.replaceAll(`:${emulatorAccount}:`, `:${place.account}:`)),
    ...(typeof QueueUrl === "string" && { QueueUrl: queueUrl(place, queueName(QueueUrl)) }),
    ...(Array.isArray(QueueUrls) && { QueueUrls: QueueUrls.map((url) => queueUrl(place, queueName(String(url)))) }),
  };
}

function mapAttributes(fields: Fields, map: (value: string) => string): Fields {
  const { Attributes } = fields;
  if (typeof Attributes !== "object" || Attributes === null) return fields;
  const mapped = Object.entries(Attributes).map(([name, value]) => [
    name,
    attributesWithArn.includes(name) && typeof value === "string" ? map(value) : value,
  ]);
  return { ...fields, Attributes: Object.fromEntries(mapped) };
}

function withoutEmpty(fields: Fields): Fields {
  const mended = Object.entries(fields).map(([name, value]) => {
    if (name !== "Attributes" || typeof value !== "object" || value === null) return [name, value];
    return [name, Object.fromEntries(Object.entries(value).filter(([, held]) => held !== ""))];
  });
  const isEmpty = (value: unknown) => typeof value === "object" && value !== null && Object.keys(value).length === 0;
  return Object.fromEntries(mended.filter(([, value]) => !isEmpty(value)));
}
