import type { StagePlan } from "#fleet";
import { registryMapOf } from "#fleet/registry-map.ts";
import { FunctionRoom } from "../parts/function-room.ts";
import { writeMapFile } from "../parts/map-file.ts";
import { openPublicUrl } from "../parts/public-url.ts";
import type { Stack } from "../sst.ts";

/** Editors ask when somebody opens their list. Whoever floods it takes no concurrency from what matters. */
const questionsAtOnce = 5;
const mapFileName = "registry-map.json";

/** MCP-8: the stage's servers as a registry lists them, where the map says so. It asks nothing of AWS. */
export function createRegistry(stack: Stack, plan: StagePlan): void {
  if (!plan.registry) return;
  const room = new FunctionRoom(stack, plan, {
    name: "list-servers",
    description: "Lists the services as a registry of MCP servers, for editors",
    calls: { by: "request" },
    concurrency: questionsAtOnce,
    timeoutSeconds: 5,
    files: [{ from: writeMapFile("registry", plan.stage, mapFileName, registryMapOf(plan)), to: mapFileName }],
    statements: [],
  });
  stack.addOutputs({ RegistryUrl: openPublicUrl(stack, "Registry", room) });
}
