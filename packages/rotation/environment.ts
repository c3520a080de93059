import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as v from "valibot";
import { RotationMap } from "./map.ts";
import type { Clock } from "./ports.ts";

const googleTokenUrl = "https://oauth2.googleapis.com/token";

/** A function's settings, from its environment. Throws an error that names the variable. */
export function readEnvironment(env: Readonly<Record<string, string | undefined>> = process.env) {
  const file = resolve(env.LAMBDA_TASK_ROOT ?? "", required(env, "ROTATION_MAP"));
  return {
    map: v.parse(v.pipe(v.string(), v.parseJson(), RotationMap), readFileSync(file, "utf8")),
    topicArn: required(env, "ALARM_TOPIC_ARN"),
    googleTokenUrl: env.GOOGLE_TOKEN_URL ?? googleTokenUrl,
  };
}

function required(env: Readonly<Record<string, string | undefined>>, name: string): string {
  const value = env[name];
  if (value !== undefined && value !== "") return value;
  throw new Error(`The environment variable ${name} is not set. The stack Rotation sets it.`);
}

export const clock: Clock = { now: Date.now, sleep: async (milliseconds) => void (await sleep(milliseconds)) };

/** The end of the call that is being handled. */
export function createDeadline() {
  let at = 0;
  return {
    set: (deadline: number) => {
      at = deadline;
    },
    at: () => at,
  };
}
