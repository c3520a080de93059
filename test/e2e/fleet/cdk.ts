import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { devNull } from "node:os";
import { compileCacheOf } from "#start/deployment.ts";
import type { FleetStage } from "../../stage/stage.ts";

const cdk = createRequire(import.meta.url).resolve("aws-cdk/bin/cdk");

/** Runs the real `cdk` in the project, as somebody without SST would. @throws {Error} with its output, if it fails */
export function runCdk({ project, client }: FleetStage, args: readonly string[]): Promise<string> {
  const env = {
    PATH: process.env.PATH ?? "",
    HOME: project.folder,
    AWS_ENDPOINT_URL: client.endpoint,
    AWS_REGION: client.region,
    AWS_ACCESS_KEY_ID: "operator",
    AWS_SECRET_ACCESS_KEY: "operator",
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: "true",
    CDK_DISABLE_CLI_TELEMETRY: "true",
    CI: "true",
    NODE_COMPILE_CACHE: compileCacheOf(project.folder),
  };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [cdk, ...args], { cwd: project.folder, env }, (error, stdout, stderr) =>
      error === null ? resolve(stdout + stderr) : reject(new Error(`cdk ${args.join(" ")}:\n${stdout}${stderr}`)),
    );
  });
}
