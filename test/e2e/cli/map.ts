import shipped from "#config";
import type { FleetDefinition } from "#fleet";

type Secret = FleetDefinition["secrets"][string];

const chosen = { threshold: 1, basis: "chosen" } as const;

/** Used by no service: the fleet's own automation leaves it alone, and a test may change it. */
const notes: Secret = {
  description: "What a test writes",
  keys: { NOTE: { placeholder: "replace-me" }, OTHER: { placeholder: "replace-me-too" } },
  rotation: { declined: "A test changes it." },
};

/** In the registry of this machine, so that a tag of it means an image. */
export const repositoryName = "mcp/workspace";
const image = `000000000000.dkr.ecr.us-east-1.amazonaws.com/${repositoryName}:latest`;

/** The shipped map with one service of the real starter, and every decision taken: a doctor finds nothing in it. */
export function decidedMap() {
  const { google_workspace: shippedWorkspace } = shipped.services;
  const { "google-oauth": google, splunk, "session-keys": keys, chat } = shipped.secrets;
  if (!shippedWorkspace || !google || !splunk || !keys || !chat || !shipped.chat)
    throw new Error("The shipped map lacks a part that this test runs.");
  const workspace = { ...shippedWorkspace, image };
  const secrets = { "google-oauth": byHand(google), splunk: byHand(splunk), "session-keys": keys, chat: byHand(chat) };
  const map: FleetDefinition = {
    ...shipped,
    alarms: { ...shipped.alarms, latencyP95: chosen, latencyP99: chosen, latencyAverage: chosen },
    chat: { ...shipped.chat, groupWaitSeconds: 1 },
    services: { google_workspace: workspace },
    secrets: { ...secrets, notes },
  };
  return { map, workspace, splunk: byHand(splunk) };
}

function byHand(secret: Secret): Secret {
  return { ...secret, rotation: { declined: "A test changes it." } };
}
