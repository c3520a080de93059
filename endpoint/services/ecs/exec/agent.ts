import { bytesOf } from "@mcp-fleet/session-manager/bytes.ts";
import {
  acknowledge,
  decode,
  encode,
  type Message,
  type MessageType,
  payloadTypes,
  terminateSession,
} from "@mcp-fleet/session-manager/message.ts";
import { createSequence } from "@mcp-fleet/session-manager/sequence.ts";
import * as v from "valibot";
import { WebSocket } from "ws";
import type { TerminalProcess, TerminalSize } from "#endpoint/processes/terminal.ts";

/** The agent sends output in pieces of this size. */
const pieceBytes = 1_024;
/** A shell that is left behind gets this long to end by itself. */
const graceMs = 2_000;

/** A client without a terminal sends no size. */
const sizeWithinMs = 100;
const usualSize: TerminalSize = { cols: 80, rows: 24 };

const Size = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ cols: v.pipe(v.number(), v.integer()), rows: v.pipe(v.number(), v.integer()) }),
);

/** The client drops what comes before it is ready, and then waits for it. */
const resendMs = 1_000;

const Acknowledged = v.object({ AcknowledgedMessageSequenceNumber: v.number() });
const OpenDataChannel = v.object({ TokenValue: v.string() });

export interface ExecSession {
  readonly id: string;
  readonly token: string;
  /** Starts the command on a terminal; its output goes to `onData`. `id` is that of the session. */
  start(size: TerminalSize, onData: (data: Buffer) => void, id: string): TerminalProcess;
  /** Resolves when the container is gone, which ends its sessions. */
  readonly containerGone: Promise<unknown>;
}

/**
 * The task's side of a Session Manager data channel, on a socket just opened: what the SSM agent in a Fargate task
 * does for ECS Exec. The command starts when the client has sent the size of its terminal, or shortly after.
 */
export function serveSession(socket: WebSocket, session: ExecSession): void {
  const inOrder = createSequence();
  const unacknowledged = new Map<number, Buffer>();
  const began = Date.now();
  let sequence = 0;
  let terminal: TerminalProcess | undefined;
  let waiting: NodeJS.Timeout | undefined;
  let admitted = false;

  const send = (type: MessageType, payloadType: number, payload: Buffer) => {
    if (socket.readyState !== WebSocket.OPEN) return;
    const frame = encode({ type, sequence, payloadType, payload });
    if (type === "output_stream_data") unacknowledged.set(sequence, frame);
    socket.send(frame);
    sequence += 1;
  };
  const resend = setInterval(() => {
    const [oldest] = unacknowledged.values();
    if (oldest !== undefined && socket.readyState === WebSocket.OPEN) socket.send(oldest);
  }, resendMs);
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
    waiting = setTimeout(() => start(usualSize), sizeWithinMs);
  };
  const start = (size: TerminalSize): TerminalProcess => {
    clearTimeout(waiting);
    if (terminal !== undefined) return terminal;
    const show = (data: Buffer) => {
      for (let from = 0; from < data.length; from += pieceBytes) {
        send("output_stream_data", payloadTypes.output, data.subarray(from, from + pieceBytes));
      }
    };
    const started = session.start(size, show, session.id);
    terminal = started;
    void started.process.exited.then(() => close(""));
    void session.containerGone.then(() => started.process.stop(graceMs));
    return started;
  };
  const perform = ({ payloadType, payload }: Message) => {
    switch (payloadType) {
      case payloadTypes.handshakeResponse:
        begin();
        return;
      case payloadTypes.size: {
        const size = v.parse(Size, payload.toString());
        if (terminal === undefined) start(size);
        else terminal.resize(size);
        return;
      }
      case payloadTypes.output:
        start(usualSize).process.stdin?.write(payload);
        return;
      case payloadTypes.flag:
        if (!payload.equals(terminateSession)) return;
        if (terminal === undefined) close("");
        else void terminal.process.stop(graceMs);
    }
  };
  const open = (text: string) => {
    const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), OpenDataChannel), text);
    if (!parsed.success || parsed.output.TokenValue !== session.token) {
      // https://datatracker.ietf.org/doc/html/rfc6455#section-7.4.1: a policy was violated.
      socket.close(1008, "The token is not that of this session.");
      return;
    }
    admitted = true;
    const SessionType = { SessionType: "InteractiveCommands", Properties: {} };
    const RequestedClientActions = [{ ActionType: "SessionType", ActionParameters: SessionType }];
    output(payloadTypes.handshakeRequest, { AgentVersion: "3.3.2299.0", RequestedClientActions });
  };

  const receive = (frame: Buffer) => {
    const message = decode(frame);
    if (!admitted) return;
    if (message.type === "acknowledge") {
      const { AcknowledgedMessageSequenceNumber } = v.parse(Acknowledged, JSON.parse(message.payload.toString()));
      unacknowledged.delete(AcknowledgedMessageSequenceNumber);
    }
    if (message.type !== "input_stream_data") return;
    socket.send(acknowledge(message));
    for (const one of inOrder(message)) perform(one);
  };

  socket.on("message", (data, isBinary) => {
    try {
      if (isBinary) receive(bytesOf(data));
      else open(bytesOf(data).toString());
    } catch {
      // https://datatracker.ietf.org/doc/html/rfc6455#section-7.4.1: the other side speaks something else.
      socket.close(1002, "That is not a frame of a data channel.");
    }
  });
  socket.on("error", () => socket.terminate());
  socket.on("close", () => {
    clearTimeout(waiting);
    clearInterval(resend);
    void terminal?.process.stop(graceMs);
  });
}
