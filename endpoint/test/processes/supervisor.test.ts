import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it, vi } from "vitest";
import { readLsof } from "#endpoint/processes/exposure.ts";
import { createSupervisor } from "#endpoint/processes/supervisor.ts";
import { listProcesses } from "./process-table.ts";

const PARENT = fileURLToPath(new URL("./parent.ts", import.meta.url));
const env = { PATH: process.env.PATH ?? "" };
const cwd = import.meta.dirname;

const supervisor = createSupervisor({ graceMs: 2_000 });
afterEach(() => supervisor.stopAll());

/** Starts `script` under sh and gathers its lines. */
function startShell(script: string) {
  const lines: string[] = [];
  const child = supervisor.start({
    command: "sh",
    args: ["-c", script],
    env,
    cwd,
    onLine: (line) => lines.push(line),
  });
  return { child, lines };
}

/** A zombie that init has not reaped yet is dead. */
function alive(pid: number): boolean {
  return listProcesses().some((one) => one.pid === pid && !one.zombie);
}

const gone = (pids: readonly number[], timeout = 20_000) =>
  vi.waitFor(() => expect(pids.filter(alive)).toEqual([]), { timeout, interval: 20 });

describe("a supervised process", () => {
  it("hands over stdout and stderr line by line and its exit code", async () => {
    const { child, lines } = startShell("printf 'a\\r\\nb'; printf 'c\\n' >&2; exit 3");
    expect(await child.exited).toEqual({ code: 3, signal: null });
    expect(lines.toSorted()).toEqual(["a", "b", "c"]);
  });

  it("cuts a line that never ends into pieces of 16 KiB", async () => {
    const { child, lines } = startShell("head -c 40000 /dev/zero | tr '\\0' x");
    await child.exited;
    expect(lines.map((line) => line.length)).toEqual([16_384, 16_384, 7_232]);
  });

  it("sees its own environment and nothing of this process's", async () => {
    vi.stubEnv("OPERATOR_SECRET", "leak");
    const { child, lines } = startShell("env");
    await child.exited;
    vi.unstubAllEnvs();
    expect(lines.join("\n")).not.toContain("OPERATOR_SECRET");
  });

  it("reports a command that does not exist as 127, as a shell does", async () => {
    const child = supervisor.start({ command: "no-such-command", args: [], env, cwd });
    expect(await child.exited).toEqual({ code: 127, signal: null });
  });

  it("reports a directory that does not exist the same way, with the reason on stderr", async () => {
    const lines: string[] = [];
    const child = supervisor.start({
      command: "true",
      args: [],
      env,
      cwd: "/no/such/directory",
      onLine: (l) => lines.push(l),
    });
    expect((await child.exited).code).toBe(127);
    expect(lines.join()).toContain("/no/such/directory");
  });
});

describe("[SAFE-2] a process that listens beyond loopback", () => {
  const server = (host: string) =>
    `exec '${process.execPath}' -e 'require("net").createServer().listen({ host: "${host}", port: 0 }, () => console.log("up")); setInterval(() => {}, 1000)'`;

  it.each(["0.0.0.0", "::"])("is ended at once and says why (%s)", async (host) => {
    const { child, lines } = startShell(`trap '' TERM; ${server(host)}`);
    const { signal, because } = await child.exited;
    expect(signal).toBe("SIGKILL");
    expect(because).toMatch(host === "::" ? /listens on \[::\]:\d+/ : /listens on 0\.0\.0\.0:\d+/);
    expect(lines).toContain(because);
  });

  it("is found even if a descendant in its own session listens", async () => {
    const listen = 'require("net").createServer().listen({ host: "0.0.0.0", port: 0 })';
    const spawn = `require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(listen)}], { detached: true })`;
    const { child, lines } = startShell(`'${process.execPath}' -e 'console.log(${spawn}.pid)' & wait`);
    expect((await child.exited).because).toMatch(/listens on 0\.0\.0\.0/);
    await gone([Number(lines[0])]);
  });

  it("is left alone on loopback", async () => {
    const { child, lines } = startShell(server("127.0.0.1"));
    await vi.waitFor(() => expect(lines).toContain("up"), { timeout: 5_000 });
    await expect(Promise.race([child.exited, sleep(600, "runs")])).resolves.toBe("runs");
  });

  it("is found in lsof's output where there is no /proc", () => {
    const said = "p400\ng400\nf18\nn127.0.0.1:8000\nf19\nn[::1]:8000\np401\ng400\nf21\nn*:9000\n";
    expect(readLsof(said)).toEqual([{ leader: 400, pid: 401, address: "*:9000" }]);
  });
});

describe("stopping", () => {
  it("lets a process end on SIGTERM in its own time", async () => {
    const { child, lines } = startShell("trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done");
    await vi.waitFor(() => expect(lines).toContain("up"));
    await child.stop(5_000);
    expect(lines).toContain("bye");
    expect(await child.exited).toEqual({ code: 0, signal: null });
  });

  it("kills a process that ignores SIGTERM once the grace period is over", async () => {
    const { child, lines } = startShell("trap '' TERM; echo up; while :; do sleep 0.05; done");
    await vi.waitFor(() => expect(lines).toContain("up"));
    await child.stop(100);
    expect((await child.exited).signal).toBe("SIGKILL");
  });

  it("ends the children a process leaves behind when it exits", async () => {
    const { child, lines } = startShell("sleep 1000 & echo $!; exit 0");
    await child.exited;
    await gone([Number(lines[0])]);
  });

  it("gives a process's children the rest of the grace period when the process exits first", async () => {
    const { child, lines } = startShell(
      "(trap 'sleep 0.2; echo flushed; exit 0' TERM; echo up; while :; do sleep 0.02; done) & wait",
    );
    await vi.waitFor(() => expect(lines).toContain("up"));
    await child.stop(5_000);
    expect(lines).toContain("flushed");
  });
});

describe("the end of the parent", () => {
  const ends = {
    SIGKILL: (pid: number) => process.kill(pid, "SIGKILL"),
    "Ctrl-C": (pid: number) => process.kill(-pid, "SIGINT"),
    SIGTERM: (pid: number) => process.kill(pid, "SIGTERM"),
    "a crash": (pid: number) => process.kill(pid, "SIGUSR2"),
  };
  it.concurrent.each(Object.entries(ends))("leaves no process behind after %s", async (_, end) => {
    const parent = spawn(process.execPath, [PARENT], { detached: true, stdio: ["ignore", "pipe", "ignore"] });
    const [started] = await once(parent.stdout, "data");
    const pids = String(started).trim().split(" ").map(Number);
    expect(pids.length).toBe(4);
    expect(pids.filter(alive)).toEqual(pids);
    if (parent.pid === undefined) throw new Error("the parent did not start");
    end(parent.pid);
    await once(parent, "exit");
    await gone(pids);
  });

  it("starts another guardian when the first is killed", async () => {
    const parent = spawn(process.execPath, [PARENT, "kill-guardian"], { stdio: ["ignore", "pipe", "ignore"] });
    const [started] = await once(parent.stdout, "data");
    const pids = String(started).trim().split(" ").map(Number);
    parent.kill("SIGKILL");
    await once(parent, "exit");
    await gone(pids);
  });
});
