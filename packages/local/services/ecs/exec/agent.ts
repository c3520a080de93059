import * as v from "valibot";
import { WebSocket } from "ws";
import { bytesOf } from "#cli/shell/bytes.ts";
import {
  acknowledge,
  decode,
  encode,
  type Message,
  type MessageType,
  payloadTypes,
  terminateSession,
} from "#cli/shell/message.ts";
import { createSequence } from "#cli/shell/sequence.ts";
import type { ManagedProcess } from "#local/endpoint/ports.ts";

/** The agent sends output in pieces of this size. */
const pieceBytes = 1_024;
/** A shell that is left behind gets this long to end by itself. */
const graceMs = 2_000;

const OpenDataChannel = v.object({ TokenValue: v.string() });

export interface ExecSession {
  readonly id: string;
  readonly token: string;
  /** Starts the command; its output goes to `onData`. */
  start(onData: (data: Buffer) => void): ManagedProcess;
  /** Resolves when the container is gone, which ends its sessions. */
  readonly containerGone: Promise<unknown>;
}

/**
 * The task's side of a Session Manager data channel, on a socket just opened: what the SSM agent in a Fargate task
 * does for ECS Exec. Input goes to the command as it comes; sizes of the terminal are taken and not passed on.
 */
export function serveSession(socket: WebSocket, session: ExecSession): void {
  const inOrder = createSequence();
  const began = Date.now();
  let sequence = 0;
  let process: ManagedProcess | undefined;

  const send = (type: MessageType, payloadType: number, payload: Buffer) => {
    if (socket.readyState !== WebSocket.OPEN) return;
    socket.send(encode({ type, sequence, payloadType, payload }));
    sequence += 1;
  };
  const output = (payloadType: number, content: unknown) =>
    send("output_stream_data", payloadType, Buffer.from(JSON.stringify(content)));
  const close = (text: string) => {
    const content = { MessageType: "channel_closed", SessionId: session.id, SchemaVersion: 1, Output: text };
    send("channel_closed", payloadTypes.output, Buffer.from(JSON.stringify(content)));
    socket.close();
  };
  const begin = () => {
    output(payloadTypes.handshakeComplete, {
      // Go's time.Duration: nanoseconds.
      HandshakeTimeToComplete: (Date.now() - began) * 1_000_000,
      CustomerMessage: "",
    });
    const started = session.start((data) => {
      for (let from = 0; from < data.length; from += pieceBytes) {
        send("output_stream_data", payloadTypes.output, data.subarray(from, from + pieceBytes));
      }
    });
    process = started;
    void started.exited.then(() => close(""));
    void session.containerGone.then(() => started.stop(graceMs));
  };
  const perform = ({ payloadType, payload }: Message) => {
    switch (payloadType) {
      case payloadTypes.handshakeResponse:
        begin();
        return;
      case payloadTypes.output:
        process?.stdin?.write(payload);
        return;
      case payloadTypes.flag:
        if (payload.equals(terminateSession)) void process?.stop(graceMs);
    }
  };
  const open = (text: string) => {
    const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), OpenDataChannel), text);
    if (!parsed.success || parsed.output.TokenValue !== session.token) {
      // https://datatracker.ietf.org/doc/html/rfc6455#section-7.4.1: a policy was violated.
      socket.close(1008, "The token is not that of this session.");
      return;
    }
    const SessionType = { SessionType: "InteractiveCommands", Properties: {} };
    const RequestedClientActions = [{ ActionType: "SessionType", ActionParameters: SessionType }];
    output(payloadTypes.handshakeRequest, { AgentVersion: "3.3.2299.0", RequestedClientActions });
  };

  socket.on("message", (data, isBinary) => {
    const bytes = bytesOf(data);
    if (!isBinary) {
      open(bytes.toString());
      return;
    }
    const message = decode(bytes);
    if (message.type !== "input_stream_data") return;
    socket.send(acknowledge(message));
    for (const one of inOrder(message)) perform(one);
  });
  socket.on("error", () => socket.terminate());
  socket.on("close", () => void process?.stop(graceMs));
}
