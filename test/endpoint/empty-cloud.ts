import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openCloud } from "@mcp-fleet/endpoint";

/** An endpoint with all its services and nothing in them; no task ever starts. */
export async function openEmptyCloud(account = "000000000000") {
  const folder = await mkdtemp(join(tmpdir(), "fleet-newcomer-"));
  const cloud = await openCloud({
    region: "us-east-1",
    account,
    ports: { endpoint: 0, https: 0, http: 0 },
    projectRoot: folder,
    stateFolder: folder,
    supervisor: {
      start: () => {
        throw new Error("Nothing is deployed there.");
      },
      stopAll: async () => undefined,
    },
    log: () => undefined,
  });
  return {
    folder,
    env: { AWS_ENDPOINT_URL: cloud.place.endpointUrl },
    /** Names of the stacks that somebody has made. */
    stacks: () => cloud.cloudFormation.stacks().map(({ name }) => name),
    /** Calls back for each request from now on; returns the function that ends it. */
    onCall: (listener: Parameters<typeof cloud.journal.subscribe>[0]) => cloud.journal.subscribe(listener),
    async close(): Promise<void> {
      await cloud.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
