import { createHash, randomUUID } from "node:crypto";
import * as v from "valibot";

/**
 * The frames of a Session Manager data channel, as the plugin and the agent write them:
 * https://github.com/aws/session-manager-plugin/blob/mainline/src/message/clientmessage.go
 * A header of 116 bytes, the payload's length, the payload; integers big-endian.
 */
export interface Message {
  readonly type: MessageType;
  readonly sequence: number;
  readonly payloadType: number;
  readonly payload: Buffer;
  readonly id: string;
}

export type MessageType =
  /** From the operator to the task. */
  | "input_stream_data"
  /** From the task to the operator. */
  | "output_stream_data"
  | "acknowledge"
  | "channel_closed"
  | "start_publication"
  | "pause_publication";

export const payloadTypes = {
  output: 1,
  error: 2,
  size: 3,
  handshakeRequest: 5,
  handshakeResponse: 6,
  handshakeComplete: 7,
  encryptionChallenge: 8,
  flag: 10,
  stdErr: 11,
  exitCode: 12,
} as const;

/** Payload of a `flag` message with which the plugin ends the session: a 32-bit 2. */
export const terminateSession = Buffer.from([0, 0, 0, 2]);

const at = {
  type: 4,
  schemaVersion: 36,
  created: 40,
  sequence: 48,
  flags: 56,
  id: 64,
  digest: 80,
  payloadType: 112,
  payloadLength: 116,
  payload: 120,
} as const;

const Type = v.picklist([
  "input_stream_data",
  "output_stream_data",
  "acknowledge",
  "channel_closed",
  "start_publication",
  "pause_publication",
]);

export function encode(message: Omit<Message, "id"> & { readonly id?: string }): Buffer {
  const frame = Buffer.alloc(at.payload + message.payload.length);
  frame.writeUInt32BE(at.payloadLength, 0);
  frame.fill(" ", at.type, at.schemaVersion);
  frame.write(message.type, at.type, "utf8");
  frame.writeUInt32BE(1, at.schemaVersion);
  frame.writeBigUInt64BE(BigInt(Date.now()), at.created);
  frame.writeBigInt64BE(BigInt(message.sequence), at.sequence);
  // SYN and FIN: an acknowledgement is its own whole stream.
  frame.writeBigUInt64BE(message.type === "acknowledge" ? 3n : 0n, at.flags);
  swapHalves(Buffer.from((message.id ?? randomUUID()).replaceAll("-", ""), "hex")).copy(frame, at.id);
  createHash("sha256").update(message.payload).digest().copy(frame, at.digest);
  frame.writeUInt32BE(message.payloadType, at.payloadType);
  frame.writeUInt32BE(message.payload.length, at.payloadLength);
  message.payload.copy(frame, at.payload);
  return frame;
}

/** Throws if the bytes are not a frame, or not the one that was sent. */
export function decode(frame: Buffer): Message {
  if (frame.length < at.payload) throw new Error(`A frame of ${frame.length} bytes is too short for its header.`);
  const length = frame.readUInt32BE(at.payloadLength);
  const payload = frame.subarray(at.payload, at.payload + length);
  const digest = createHash("sha256").update(payload).digest();
  if (length > 0 && !digest.equals(frame.subarray(at.digest, at.payloadType)))
    throw new Error("A frame's payload does not have the digest that its header names.");
  return {
    type: v.parse(Type, frame.toString("utf8", at.type, at.schemaVersion).replace(/[\0 ]+$/, "")),
    sequence: Number(frame.readBigInt64BE(at.sequence)),
    payloadType: frame.readUInt32BE(at.payloadType),
    payload,
    id: uuid(swapHalves(frame.subarray(at.id, at.digest))),
  };
}

export function acknowledge(message: Message): Buffer {
  const content = {
    AcknowledgedMessageType: message.type,
    AcknowledgedMessageId: message.id,
    AcknowledgedMessageSequenceNumber: message.sequence,
    IsSequentialMessage: true,
  };
  return encode({ type: "acknowledge", sequence: 0, payloadType: 0, payload: Buffer.from(JSON.stringify(content)) });
}

/** On the wire the lower half of an id comes first. */
function swapHalves(id: Buffer): Buffer {
  return Buffer.concat([id.subarray(8), id.subarray(0, 8)]);
}

function uuid(bytes: Buffer): string {
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
