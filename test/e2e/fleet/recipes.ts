import { execFile, spawnSync } from "node:child_process";
import { devNull } from "node:os";
import type { FleetStage } from "./stage.ts";

const version = /^aws-cli\/(\d+)/.exec(spawnSync("aws", ["--version"], { encoding: "utf8" }).stdout ?? "");

/** Major version of the AWS CLI on the PATH; 0 is none. */
export const awsCliVersion = Number(version?.[1] ?? 0);

/** Runs lines of the runbook in a shell, with what `npm start` tells to export. @throws {Error} with what the shell said */
export function runRecipe({ client }: FleetStage, script: string): Promise<string> {
  const { PATH, HOME } = process.env;
  const env = {
    PATH,
    HOME,
    AWS_ENDPOINT_URL: client.endpoint,
    AWS_DEFAULT_REGION: client.region,
    AWS_ACCESS_KEY_ID: client.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: client.credentials.secretAccessKey,
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_PAGER: "",
  };
  return new Promise((resolve, reject) => {
    execFile("/bin/sh", ["-eu", "-c", script], { env }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${script}\n${stderr}${stdout}`));
    });
  });
}
