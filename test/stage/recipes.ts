import { execFile, spawnSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { devNull } from "node:os";
import { delimiter, join } from "node:path";
import { pathOf } from "@mcp-fleet/testing/programs.ts";
import type { FleetStage } from "./stage.ts";

interface AwsCli {
  readonly path: string;
  readonly major: number;
  /** From 2.13 and 1.29 on: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html */
  readonly readsEndpointUrl: boolean;
}

const cli = findAwsCli();

/** Major version of the newest AWS CLI on this machine; 0 is none. Version 1 has no `logs tail`. */
export const awsCliVersion = cli?.major ?? 0;

/** What `aws ecs execute-command` needs besides: https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html */
export const hasRedisCli = pathOf("redis-cli") !== undefined;
export const hasSessionManagerPlugin = pathOf("session-manager-plugin") !== undefined;

/** Programs of the documents that this machine lacks: `aws` is one from version 2 on, as `logs tail` is. */
export const missingPrograms = (["aws", "curl", "jq", "bash", "script"] as const).filter((name) =>
  name === "aws" ? awsCliVersion < 2 : pathOf(name) === undefined,
);

/**
 * What a shell of the runbook's reader has: what `npm start` says to export, and the newest AWS CLI as `aws`. Node is the
 * machine's, which may be the oldest that the README allows.
 */
export async function recipeEnvironment({ client, project }: FleetStage): Promise<Record<string, string>> {
  const { HOME = "" } = process.env;
  const bin = join(project.folder, ".mcp-fleet", "bin");
  if (cli !== undefined) await writeAws(bin, cli);
  return {
    PATH: [bin, ...folders()].join(delimiter),
    HOME,
    AWS_ENDPOINT_URL: client.endpoint,
    AWS_DEFAULT_REGION: client.region,
    AWS_ACCESS_KEY_ID: client.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: client.credentials.secretAccessKey,
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_PAGER: "",
  };
}

/**
 * How to make a shell run a script as written. bash takes a pipe of Node's for a remote login, and would read the
 * user's own settings: https://www.gnu.org/software/bash/manual/html_node/Bash-Startup-Files.html. Where there is no
 * bash, the documents are read by a POSIX shell.
 */
export const strictShell: readonly [string, ...string[]] =
  pathOf("bash") === undefined ? ["sh", "-e", "-c"] : ["bash", "--norc", "-e", "-o", "pipefail", "-c"];

/** Runs lines of the runbook as they are pasted into a shell. @throws {Error} with what the shell said */
export async function runRecipe(stage: FleetStage, script: string): Promise<string> {
  const env = await recipeEnvironment(stage);
  return new Promise((resolve, reject) => {
    const [shell, ...args] = strictShell;
    execFile(shell, [...args, script], { env, cwd: stage.project.folder }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${script}\n${stderr}${stdout}`));
    });
  });
}

/** An older CLI takes the endpoint as an option alone. */
async function writeAws(bin: string, { path, readsEndpointUrl }: AwsCli): Promise<void> {
  const endpoint = readsEndpointUrl ? "" : ' --endpoint-url "$AWS_ENDPOINT_URL"';
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, "aws"), `#!/bin/sh\nexec ${path}${endpoint} "$@"\n`);
  await chmod(join(bin, "aws"), 0o755);
}

/** The newest of those on the PATH: distributions have an old one beside what Python's packages bring. */
function findAwsCli(): AwsCli | undefined {
  const paths = folders()
    .map((folder) => join(folder, "aws"))
    .filter((path) => existsSync(path))
    .map((path) => realpathSync(path));
  const found = [...new Set(paths)].flatMap((path) => {
    const said = spawnSync(path, ["--version"], { encoding: "utf8" }).stdout ?? "";
    const [, major, minor] = /^aws-cli\/(\d+)\.(\d+)/.exec(said) ?? [];
    if (major === undefined) return [];
    return [{ path, major: Number(major), readsEndpointUrl: Number(minor) >= (major === "1" ? 29 : 13) }];
  });
  return found.toSorted((one, other) => other.major - one.major)[0];
}

/** Those of the PATH without the project's own programs, which `npm test` puts first. */
function folders(): readonly string[] {
  const ours = join("node_modules", ".bin");
  return (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "" && !folder.endsWith(ours));
}
