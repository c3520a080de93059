import { spawnSync } from "node:child_process";
import { readFileSync, symlinkSync } from "node:fs";
import { devNull } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { copyProject } from "../../fixture/project.ts";

const project = await copyProject();
afterAll(() => project.remove());
const { PATH } = process.env;
const door = join(project.folder, "bin/fleet.mjs");

function fleet(...args: readonly string[]) {
  const { PATH, HOME } = process.env;
  const env = {
    PATH,
    HOME,
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: "true",
  };
  const { status, stdout, stderr } = spawnSync(process.execPath, [door, ...args], { encoding: "utf8", env });
  return { status, stdout, stderr };
}

describe("fleet, started as npx starts it", () => {
  it("helps, within 80 columns and without colour in a pipe", () => {
    const { status, stdout } = fleet("--help");
    expect(status).toBe(0);
    for (const command of ["status", "logs", "shell", "redeploy", "secrets", "alarms", "audit", "open", "doctor"])
      expect(stdout).toMatch(new RegExp(`^ {2}${command}\\b`, "m"));
    expect(Math.max(...stdout.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(80);
    expect(stdout).not.toContain("\u001b");
  });

  it("[OPS-4] prints the help of every command in one go", () => {
    const { status, stdout } = fleet("help", "--all");
    expect(status).toBe(0);
    for (const usage of ["fleet secrets import [options] <file>", "fleet top", "fleet alarms mute"])
      expect(stdout).toContain(`Usage: ${usage}`);
    expect(stdout).not.toContain("fleet complete ");
  });

  it("[OPS-4] has every command in the runbook", () => {
    const runbook = readFileSync(join(import.meta.dirname, "../../../docs/runbook.md"), "utf8");
    const usages = [
      ...fleet("help", "--all").stdout.matchAll(/^Usage: (fleet [a-z -]*[a-z])(?= \[options\]| [<[]|$)/gm),
    ];
    const commands = usages.map(([, command = ""]) => command);
    expect(commands.length).toBeGreaterThan(35);
    const groups = new Set(commands.map((command) => command.split(" ").slice(0, -1).join(" ")));
    const verbs = commands.filter((command) => !groups.has(command) && !command.endsWith(" help"));
    expect(verbs.filter((verb) => !new RegExp(`${verb}\\b`).test(runbook))).toEqual([]);
  });

  it("[OPS-5] is an executable in the folder too, and from a link to it", () => {
    const link = join(project.folder, "linked");
    symlinkSync("./fleet", link);
    const { stdout, status } = spawnSync(link, ["--version"], { encoding: "utf8", cwd: "/", env: { PATH } });
    expect({ stdout, status }).toEqual({ stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), status: 0 });
  });

  it.each([
    [["statsu"], "Did you mean status?"],
    [["status"], "Which stage? Name one with --stage or FLEET_STAGE: prod, local."],
  ])("leaves with 2 from %j, and says what is wrong", (args, message) => {
    const { status, stdout, stderr } = fleet(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(message);
  });

  it("says in one line that there are no credentials", () => {
    const { status, stderr } = fleet("status", "--stage", "prod");
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: "No AWS credentials: set AWS_PROFILE, or run aws sso login or aws configure, then try again.\n",
    });
  });
});
