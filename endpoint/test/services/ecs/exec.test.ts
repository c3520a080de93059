import { once } from "node:events";
import { tmpdir } from "node:os";
import { openChannel } from "@mcp-fleet/session-manager/channel.ts";
import { encode, payloadTypes } from "@mcp-fleet/session-manager/message.ts";
import { journey } from "@mcp-fleet/testing/journey.ts";
import { needs } from "@mcp-fleet/testing/programs.ts";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import type { ProcessSupervisor } from "#endpoint/core/ports.ts";
import { createSupervisor } from "#endpoint/processes/supervisor.ts";
import { startTerminal } from "#endpoint/processes/terminal.ts";
import { type ExecSessions, startExecSessions } from "#endpoint/services/ecs/exec/sessions.ts";

let supervisor: ProcessSupervisor;
let sessions: ExecSessions;
let started = 0;
beforeAll(async () => {
  supervisor = createSupervisor();
  sessions = await startExecSessions();
});
afterAll(async () => {
  await sessions.close();
  await supervisor.stopAll();
});

function open(command: string, containerGone: Promise<unknown> = new Promise(() => undefined)) {
  return sessions.open({
    containerGone,
    start(size, onData) {
      started += 1;
      const env = { PATH: process.env.PATH ?? "", GREETING: "hello" };
      return startTerminal(supervisor, { commandLine: command, size, cwd: tmpdir(), env, onData });
    },
  });
}

function connect(command: string, containerGone?: Promise<unknown>) {
  const output: Buffer[] = [];
  const channel = openChannel(open(command, containerGone), (data) => output.push(data));
  return { channel, said: () => Buffer.concat(output).toString() };
}

describe("a session of ECS Exec", () => {
  journey(
    "[ECS-9] on a terminal",
    { ...needs("script"), timeout: 60_000 },
    {
      async "runs a command on a terminal of the client's size, and ends with it"() {
        const { channel, said } = connect('stty size; echo "$GREETING"');
        channel.resize({ cols: 132, rows: 43 });
        await channel.closed;
        expect(said()).toContain("43 132");
        expect(said()).toContain("hello");
      },

      async "passes on a new size of the client's window"() {
        const { channel, said } = connect("trap 'stty size; exit' WINCH; echo ready; while :; do sleep 0.05; done");
        channel.resize({ cols: 80, rows: 24 });
        await vi.waitFor(() => expect(said()).toContain("ready"), 5_000);
        channel.resize({ cols: 133, rows: 41 });
        await channel.closed;
        expect(said()).toContain("41 133");
      },

      async "passes Ctrl-C to what runs, and continues"() {
        const { channel, said } = connect("/bin/sh");
        // The terminal echoes what is typed before anything reads it: only a shell joins the two halves, and the inner
        // one is what Ctrl-C reaches once it has said so. An outer one may say it before it has started `sleep`.
        channel.send(Buffer.from("sh -c 'echo be\"gun\"; exec sleep 60'; echo slept\n"));
        await vi.waitFor(() => expect(said()).toContain("begun"), 15_000);
        channel.send(Buffer.from([3]));
        await vi.waitFor(() => expect(said()).toContain("^C"), 15_000);
        channel.send(Buffer.from("echo $((40 + 2)); exit\n"));
        await channel.closed;
        expect(said()).toContain("42");
        expect(said()).not.toMatch(/^slept/m);
      },

      async "accepts what is typed, even more than fits in one frame"() {
        const { channel, said } = connect("/bin/sh");
        for (const line of ["seq 1 2000\n", "exit\n"]) channel.send(Buffer.from(line));
        await channel.closed;
        // A prompt may come before the first.
        const numbers = said()
          .split(/\r?\n/)
          .filter((line) => /^\d+$/.test(line));
        expect(numbers.slice(-1_999)).toEqual(Array.from({ length: 1_999 }, (_, at) => String(at + 2)));
      },
    },
  );

  it("ends when its client ends it, and when its container is gone", async () => {
    const left = connect("sleep 60");
    left.channel.resize({ cols: 80, rows: 24 });
    left.channel.terminate();
    await left.channel.closed;
    const stopped = connect("sleep 60", Promise.resolve());
    await stopped.channel.closed;
  });
});

describe("a frame that its client dropped", () => {
  it("is sent again, as the session-manager-plugin drops what it is not ready for", async () => {
    const { streamUrl, tokenValue } = open("true");
    const socket = new WebSocket(streamUrl);
    await once(socket, "open");
    socket.send(JSON.stringify({ TokenValue: tokenValue }));
    const [first] = await once(socket, "message");
    const [again] = await once(socket, "message");
    socket.close();
    expect(again).toEqual(first);
  });
});

describe("a stranger", () => {
  it("gets no session without its token, and starts nothing", async () => {
    const before = started;
    const channel = openChannel({ ...open("echo never"), tokenValue: "guessed" }, () => undefined);
    await expect(channel.closed).rejects.toThrow("connection to the task was lost");
    expect(started).toBe(before);
  });

  it("starts nothing by leaving the token out", async () => {
    const before = started;
    const socket = new WebSocket(open("echo never").streamUrl);
    await once(socket, "open");
    const payload = Buffer.from("{}");
    socket.send(
      encode({ type: "input_stream_data", sequence: 0, payloadType: payloadTypes.handshakeResponse, payload }),
    );
    socket.send(Buffer.from("no frame at all"));
    const [code] = await once(socket, "close");
    expect({ code, started }).toEqual({ code: 1002, started: before });
  });

  it("cannot use a session twice", async () => {
    const session = open("true");
    await openChannel(session, () => undefined).closed;
    await expect(openChannel(session, () => undefined).closed).rejects.toThrow("403");
  });
});
