import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { bundle } from "#sidecar/bundle.ts";
import { median } from "./median.ts";

export interface ColdStartFigures {
  readonly subject: "without a login" | "with a login" | "bare SDK server";
  /** From the start of the process to its socket: medians over the rounds. */
  readonly milliseconds: number;
  /** Over the bare server's in the same round: the median. */
  readonly ofBare: number;
}

const login = {
  MCP_LOGIN: "google",
  GOOGLE_OAUTH_CLIENT_ID: "bench",
  GOOGLE_OAUTH_CLIENT_SECRET: "bench",
  WORKSPACE_EXTERNAL_URL: "http://localhost:8000",
  WORKSPACE_MCP_OAUTH_PROXY_STORAGE_BACKEND: "memory",
};

/** Each as one bundle, in turn, with what V8 compiled kept from the first round: as in the image. */
export async function benchColdStart(rounds = 9): Promise<readonly ColdStartFigures[]> {
  const folder = await mkdtemp(join(tmpdir(), "cold-start-"));
  const bare = join(folder, "bare.mjs");
  await bundle("packages/starter", join(folder, "starter"));
  await build({
    entryPoints: [fileURLToPath(new URL("./starter-bare.ts", import.meta.url))],
    outfile: bare,
    ...{ bundle: true, platform: "node", format: "esm", logLevel: "warning" },
  });
  const starter = join(folder, "starter/main.mjs");
  const env = { NODE_COMPILE_CACHE: join(folder, "compiled"), HOST: "127.0.0.1", PORT: "0", MCP_LOGIN: "none" };
  const subjects = [
    { subject: "without a login", file: starter, env },
    { subject: "with a login", file: starter, env: { ...env, ...login } },
    { subject: "bare SDK server", file: bare, env },
  ] as const;
  try {
    const times = new Map<ColdStartFigures["subject"], number[]>(subjects.map(({ subject }) => [subject, []]));
    for (let round = 0; round <= rounds; round++) {
      for (const one of subjects) {
        const took = await timeStart(one.file, one.env);
        if (round > 0) times.get(one.subject)?.push(took);
      }
    }
    const ofBare = times.get("bare SDK server") ?? [];
    return [...times].map(([subject, taken]) => ({
      subject,
      milliseconds: median(taken),
      ofBare: median(taken.map((took, round) => took / (ofBare[round] ?? Number.NaN))),
    }));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Until it listens, in milliseconds. */
export async function timeStart(file: string, env: Readonly<Record<string, string>>): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, [file], { env, stdio: ["ignore", "pipe", "inherit"] });
  let took: number | undefined;
  let said = "";
  child.stdout.on("data", (data: Buffer) => {
    said += data.toString();
    if (took !== undefined || !said.includes('"Listening."')) return;
    took = performance.now() - began;
    child.kill("SIGTERM");
  });
  await once(child, "close");
  if (took === undefined) throw new Error(`${file} ended without listening:\n${said}`);
  return took;
}
