import { openIdleCloud } from "@mcp-fleet/endpoint";

/** An endpoint with all its services and nothing in them; no task ever starts. */
export async function openEmptyCloud(account?: string) {
  const { cloud, folder, close } = await openIdleCloud(account);
  return {
    folder,
    env: { AWS_ENDPOINT_URL: cloud.place.endpointUrl },
    /** Names of the stacks that somebody has made. */
    stacks: () => cloud.cloudFormation.stacks().map(({ name }) => name),
    /** Calls back for each request from now on; returns the function that ends it. */
    onCall: (listener: Parameters<typeof cloud.journal.subscribe>[0]) => cloud.journal.subscribe(listener),
    setThrottling: cloud.setThrottling,
    metrics: cloud.metrics,
    close,
  };
}
