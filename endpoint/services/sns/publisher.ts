import { randomUUID } from "node:crypto";
import * as v from "valibot";
import { AwsError } from "#endpoint/core/errors.ts";
import { signatureVersionOf } from "./attributes.ts";
import { type DeliveryPorts, fanOut } from "./delivery.ts";
import type { Message, MessageAttributes } from "./message.ts";
import { invalidParameter, type Topics } from "./topics.ts";

/** https://docs.aws.amazon.com/general/latest/gr/sns.html: 256 KB, attributes included. */
const maxMessageBytes = 262_144;

const attribute = v.pipe(
  v.object({
    DataType: v.string(),
    StringValue: v.optional(v.string()),
    BinaryValue: v.optional(v.string()),
  }),
  v.transform(({ DataType, StringValue, BinaryValue }) => ({
    type: DataType,
    value: StringValue ?? BinaryValue ?? "",
  })),
);

export const publication = v.object({
  Message: v.string(),
  Subject: v.optional(v.string()),
  MessageStructure: v.optional(v.literal("json")),
  MessageAttributes: v.optional(v.record(v.string(), attribute), {}),
});
export type Publication = v.InferOutput<typeof publication>;

export class Publisher {
  readonly #ports: DeliveryPorts;
  readonly #topics: Topics;
  readonly #pending = new Set<Promise<void>>();

  constructor(ports: DeliveryPorts, topics: Topics) {
    this.#ports = ports;
    this.#topics = topics;
  }

  /** Accepts the message and returns its id; deliveries follow. Throws `NotFound`, `InvalidParameter`. */
  publish(topicArn: string, request: Publication): string {
    const signatureVersion = signatureVersionOf(this.#topics.topic(topicArn));
    check(request);
    const message: Message = {
      id: randomUUID(),
      topicArn,
      ...(request.Subject !== undefined && { subject: request.Subject }),
      body: request.MessageStructure === "json" ? defaultText(request.Message) : request.Message,
      attributes: request.MessageAttributes,
      at: this.#ports.clock.now(),
      signatureVersion,
    };
    const delivery = fanOut(this.#ports, this.#topics, message).finally(() => this.#pending.delete(delivery));
    this.#pending.add(delivery);
    return message.id;
  }

  /** Resolves when no delivery is under way. */
  async settled(): Promise<void> {
    await Promise.all(this.#pending);
  }
}

function check(request: Publication): void {
  if (request.Message === "") throw invalidParameter("Empty message");
  if (sizeOf(request.Message, request.MessageAttributes) > maxMessageBytes) throw invalidParameter("Message too long");
  const { Subject } = request;
  // https://docs.aws.amazon.com/sns/latest/api/API_Publish.html: at most 100 ASCII characters, no line breaks.
  if (Subject !== undefined && !/^[\x20-\x7e]{1,100}$/.test(Subject)) throw invalidParameter("Subject");
}

/** A message per protocol: every protocol here gets the default, which SNS demands. */
function defaultText(message: string): string {
  const texts = v.safeParse(v.object({ default: v.string() }), parseJson(message));
  if (!texts.success) throw invalidParameter("Message Structure", "No default entry in JSON message body");
  return texts.output.default;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AwsError("InvalidParameter", "Invalid parameter: Message Structure - JSON message body failed to parse");
  }
}

function sizeOf(body: string, attributes: MessageAttributes): number {
  const parts = Object.entries(attributes).flatMap(([name, { type, value }]) => [name, type, value]);
  return [body, ...parts].reduce((sum, part) => sum + Buffer.byteLength(part), 0);
}
