import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createSupervisor } from "#local/processes/supervisor.ts";

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
  const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" });
  return stdout.trim() !== "" && !stdout.trim().startsWith("Z");
}

const gone = (pids: readonly number[], timeout = 5_000) =>
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

describe("stopping", () => {
  it("lets a process end on SIGTERM in its own time", async () => {
    const { child, lines } = startShell("trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done");
    await vi.waitFor(() => expect(lines).toContain("up"));
    await child.stop(5_000);
    expect(lines).toContain("bye");
    expect(await child.exited).toEqual({ code: 0, signal: null });
  });

  it("kills what ignores SIGTERM once the grace is over", async () => {
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

  it("gives a process's children the rest of the grace when the process itself leaves first", async () => {
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
