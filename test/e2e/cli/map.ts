import type { FleetDefinition } from "#fleet";
import fixture from "../../fixture/map.ts";

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

/** The fixture with one service of the real starter, and every decision taken: a doctor finds nothing in it. */
export function decidedMap() {
  const { google_workspace: fixtureWorkspace } = fixture.services;
  const { "google-oauth": google, splunk, "session-keys": keys, chat } = fixture.secrets;
  if (!fixtureWorkspace || !google || !splunk || !keys || !chat || !fixture.chat)
    throw new Error("The fixture lacks a part that this test runs.");
  const workspace = { ...fixtureWorkspace, image };
  const secrets = { "google-oauth": byHand(google), splunk: byHand(splunk), "session-keys": keys, chat: byHand(chat) };
  const map: FleetDefinition = {
    ...fixture,
    alarms: { ...fixture.alarms, latencyP95: chosen, latencyP99: chosen, latencyAverage: chosen },
    chat: { ...fixture.chat, groupWaitSeconds: 1 },
    services: { google_workspace: workspace },
    stages: { ...fixture.stages, local: { ...fixture.stages.local, controls: { execTranscripts: true } } },
    secrets: { ...secrets, notes },
  };
  return { map, workspace, splunk: byHand(splunk) };
}

function byHand(secret: Secret): Secret {
  return { ...secret, rotation: { declined: "A test changes it." } };
}
