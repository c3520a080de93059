import { execFile, spawnSync } from "node:child_process";

export const hasAwsCli = spawnSync("aws", ["--version"]).status === 0;

/** Runs `aws <line>` against the endpoint; words are split at spaces, as in a shell without quotes. */
export function awsCli(url: string, line: string): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const env = {
    PATH: process.env.PATH,
    HOME: "/nonexistent",
    AWS_ENDPOINT_URL: url,
    AWS_DEFAULT_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "AKIAOPERATOR",
    AWS_SECRET_ACCESS_KEY: "unchecked",
    AWS_MAX_ATTEMPTS: "1",
    AWS_PAGER: "",
  };
  return new Promise((resolve) => {
    execFile("aws", line.split(" "), { env }, (_error, stdout, stderr) => resolve({ stdout, stderr }));
  });
}
