import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Cloud, openCloud } from "./cloud.ts";

export interface IdleCloud {
  readonly cloud: Cloud;
  /** Its own, until it is closed. */
  readonly folder: string;
  close(): Promise<void>;
}

/** An endpoint with all its services and nothing in them, at ports that are free; no task ever starts. */
export async function openIdleCloud(account = "000000000000"): Promise<IdleCloud> {
  const folder = await mkdtemp(join(tmpdir(), "endpoint-idle-"));
  const cloud = await openCloud({
    region: "us-east-1",
    account,
    ports: { endpoint: 0, https: 0, http: 0 },
    projectRoot: folder,
    stateFolder: folder,
    supervisor: {
      start: () => {
        throw new Error("Nothing is deployed here.");
      },
      stopAll: async () => undefined,
    },
    log: () => undefined,
  });
  return {
    cloud,
    folder,
    async close() {
      await cloud.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
