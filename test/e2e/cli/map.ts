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

/** The shipped map with one service of the real starter, and every decision taken: a doctor finds nothing in it. */
export function decidedMap() {
  const { google_workspace: workspace } = shipped.services;
  const { "google-oauth": google, splunk, "session-keys": keys } = shipped.secrets;
  if (workspace === undefined || google === undefined || splunk === undefined || keys === undefined)
    throw new Error("The shipped map lacks a part that this test runs.");
  const { chat: _, ...rest } = shipped;
  const map: FleetDefinition = {
    ...rest,
    alarms: { ...shipped.alarms, latencyP95: chosen, latencyP99: chosen, latencyAverage: chosen },
    services: { google_workspace: workspace },
    secrets: { "google-oauth": byHand(google), splunk: byHand(splunk), "session-keys": keys, notes },
  };
  return { map, workspace, splunk: byHand(splunk) };
}

function byHand(secret: Secret): Secret {
  return { ...secret, rotation: { declined: "A test changes it." } };
}

/**
 * The decided map of a fleet as a doctor meets it: with chats, and its image in the registry of this machine.
 *
 * @param image `<registry>/<repository>:<tag>`
 */
export function examinedMap(image: string) {
  const { map, workspace, splunk } = decidedMap();
  const { chat } = shipped;
  const secret = shipped.secrets.chat;
  if (chat === undefined || secret === undefined) throw new Error("The shipped map tells no chat.");
  const examined: FleetDefinition = {
    ...map,
    chat: { ...chat, groupWaitSeconds: 1 },
    services: { google_workspace: { ...workspace, image } },
    secrets: { ...map.secrets, chat: byHand(secret) },
  };
  return { map: examined, workspace: { ...workspace, image }, splunk };
}
