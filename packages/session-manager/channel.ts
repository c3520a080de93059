import { randomUUID } from "node:crypto";
import * as v from "valibot";
import { WebSocket } from "ws";
import { bytesOf } from "./bytes.ts";
import { acknowledge, decode, encode, type Message, payloadTypes, terminateSession } from "./message.ts";
import { createSequence } from "./sequence.ts";

export interface Session {
  readonly streamUrl: string;
  readonly tokenValue: string;
}

/** A session that ended, or cannot begin, for a reason that the operator can do something about. */
export class SessionError extends Error {
  override readonly name = "SessionError";
}

export interface Channel {
  send(data: Buffer): void;
  resize(size: { readonly cols: number; readonly rows: number }): void;
  /** Asks the other side to end the session. */
  terminate(): void;
  /** Resolves when the other side has closed the session; rejects when the connection is lost. */
  readonly closed: Promise<void>;
}

/** AWS drops a channel that is silent for long; the plugin pings as often. */
const pingMs = 300_000;
/** A frame whose acknowledgement is this late is sent again. */
const resendMs = 2_000;

const Handshake = v.object({
  RequestedClientActions: v.array(v.object({ ActionType: v.string() })),
});
const Acknowledged = v.object({ AcknowledgedMessageSequenceNumber: v.number() });
const Closed = v.object({ Output: v.optional(v.string(), "") });

/** The operator's side of a Session Manager data channel: what `session-manager-plugin` does for a shell. */
export function openChannel({ streamUrl, tokenValue }: Session, onOutput: (data: Buffer) => void): Channel {
  const socket = new WebSocket(streamUrl);
  const inOrder = createSequence();
  const unacknowledged = new Map<number, Buffer>();
  const waiting: (() => void)[] = [];
  let sequence = 0;
  let ready = false;
  const { promise: closed, resolve: end, reject: fail } = Promise.withResolvers<void>();

  const input = (payloadType: number, payload: Buffer) => {
    const frame = encode({ type: "input_stream_data", sequence, payloadType, payload });
    unacknowledged.set(sequence, frame);
    sequence += 1;
    if (socket.readyState === WebSocket.OPEN) socket.send(frame);
  };
  /** Nothing but the handshake may be sent before it is complete. */
  const whenReady = (work: () => void) => {
    if (ready) work();
    else waiting.push(work);
  };
  const perform = (message: Message) => {
    switch (message.payloadType) {
      case payloadTypes.handshakeRequest:
        input(payloadTypes.handshakeResponse, answerHandshake(message.payload));
        return;
      case payloadTypes.handshakeComplete:
        ready = true;
        for (const work of waiting.splice(0)) work();
        return;
      case payloadTypes.output:
      case payloadTypes.stdErr:
      case payloadTypes.error:
        onOutput(message.payload);
    }
  };
  const receive = (message: Message) => {
    switch (message.type) {
      case "acknowledge":
        unacknowledged.delete(
          v.parse(Acknowledged, JSON.parse(message.payload.toString())).AcknowledgedMessageSequenceNumber,
        );
        return;
      case "output_stream_data":
        socket.send(acknowledge(message));
        for (const one of inOrder(message)) perform(one);
        return;
      case "channel_closed": {
        const { Output } = v.parse(Closed, JSON.parse(message.payload.toString()));
        if (Output !== "") onOutput(Buffer.from(`\n${Output}\n`));
        end();
        socket.close();
        return;
      }
      case "input_stream_data":
      case "start_publication":
      case "pause_publication":
        return;
      default:
        message.type satisfies never;
    }
  };

  const ping = setInterval(() => socket.ping(), pingMs);
  const resend = setInterval(() => {
    const [oldest] = unacknowledged.values();
    if (oldest !== undefined && socket.readyState === WebSocket.OPEN) socket.send(oldest);
  }, resendMs);
  socket.on("open", () => socket.send(openDataChannel(tokenValue)));
  socket.on("message", (data) => {
    try {
      receive(decode(bytesOf(data)));
    } catch (error) {
      fail(error);
      socket.close();
    }
  });
  socket.on("error", fail);
  socket.on("close", () => {
    clearInterval(ping);
    clearInterval(resend);
    fail(
      new SessionError(
        "The connection to the task was lost. Open the shell again; what was running in it may still be running.",
      ),
    );
  });

  return {
    closed,
    send: (data) => whenReady(() => input(payloadTypes.output, data)),
    resize: (size) => whenReady(() => input(payloadTypes.size, Buffer.from(JSON.stringify(size)))),
    terminate: () => whenReady(() => input(payloadTypes.flag, terminateSession)),
  };
}

/** The first message, in text, authenticates the client. */
function openDataChannel(token: string): string {
  return JSON.stringify({
    MessageSchemaVersion: "1.0",
    RequestId: randomUUID(),
    TokenValue: token,
    ClientId: randomUUID(),
    ClientVersion: clientVersion,
  });
}

/** The version of the plugin that uses these messages. Agents choose what to send by it. */
const clientVersion = "1.2.707.0";

/** @throws {SessionError} if the cluster encrypts its sessions with a key of its own: that needs the plugin */
function answerHandshake(payload: Buffer): Buffer {
  const { RequestedClientActions } = v.parse(Handshake, JSON.parse(payload.toString()));
  if (RequestedClientActions.some(({ ActionType }) => ActionType === "KMSEncryption"))
    throw new SessionError(
      "This cluster encrypts its sessions with a KMS key: use aws ecs execute-command, with the session-manager-plugin.",
    );
  return Buffer.from(
    JSON.stringify({
      ClientVersion: clientVersion,
      ProcessedClientActions: RequestedClientActions.map(({ ActionType }) => ({
        ActionType,
        ActionStatus: ActionType === "SessionType" ? 1 : 3,
        ActionResult: null,
        Error: "",
      })),
      Errors: [],
    }),
  );
}
