import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const door = fileURLToPath(new URL("../../../bin/fleet.mjs", import.meta.url));
const { PATH, HOME } = process.env;

describe("a process of fleet", () => {
  it("ends within a second or two of Ctrl-C also where a call is never answered, with 1 and no stack", async () => {
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

  it("is no failure where its reader has seen enough", () => {
    const { stdout, stderr } = spawnSync(
      "bash",
      ["-c", `node '${door}' --help 2>&1 | head -1; echo "\${PIPESTATUS[0]}"`],
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
