import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, describe, expect, it } from "vitest";
import { copyProject } from "../../fixture/project.ts";

const project = await copyProject();
afterAll(() => project.remove());
const door = join(project.folder, "bin/fleet.mjs");
const { PATH, HOME } = process.env;

describe("a process of fleet", () => {
  it("ends within a second or two of Ctrl-C even if a call is never answered, with 1 and no stack", async () => {
    const silent = createServer(() => undefined);
    silent.listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = addressOf(silent.address());
    const fleet = spawn(process.execPath, [door, "status", "--stage", "local"], {
      env: { PATH, HOME, AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` },
      // As in a terminal, where Ctrl-C reaches the whole group.
      detached: true,
    });
    const said = text(fleet.stderr);
    await once(silent, "request");
    interrupt(fleet);
    const [code] = await once(fleet, "exit");
    silent.closeAllConnections();
    silent.close();
    expect({ code, said: await said }).toEqual({ code: 1, said: "" });
  });

  it("does not fail when its reader has seen enough", () => {
    const { stdout, stderr } = spawnSync(
      "sh",
      ["-c", `{ { node '${door}' --help 2>&1; echo "$?" >&3; } | head -1; } 3>&1`],
      {
        encoding: "utf8",
        env: { PATH, HOME },
      },
    );
    expect({ stdout, stderr }).toEqual({ stdout: "Usage: fleet [options] [command]\n0\n", stderr: "" });
  });
});

function addressOf(address: ReturnType<import("node:net").Server["address"]>): AddressInfo {
  if (address === null || typeof address === "string") throw new Error("It listens on a port.");
  return address;
}

function interrupt({ pid }: ChildProcess): void {
  if (pid !== undefined) process.kill(-pid, "SIGINT");
}
