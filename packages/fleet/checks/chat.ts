import { addressee, addressees } from "../addressee.ts";
import type { ChatDefinition, ChatDestination, ChatRoute, FleetDefinition } from "../definition.ts";
import type { Problem } from "../problem.ts";
import { unknown } from "./reference.ts";

/** What the chat settings name: a secret and its keys, destinations, stages and services. */
export function checkChat(fleet: FleetDefinition): readonly Problem[] {
  const { chat } = fleet;
  if (chat === undefined) return [];
  const services = Object.keys(fleet.services);
  const routes = chat.routes.flatMap(({ to, stages, services: named }, index) => [
    ...unknown(`chat.routes.${index}.to`, to, Object.keys(chat.destinations), "Add it under chat.destinations"),
    ...unknown(`chat.routes.${index}.stages`, stages, Object.keys(fleet.stages), "Declare it under `stages`"),
    ...unknown(`chat.routes.${index}.services`, named, services, "Add the service"),
    ...checkMentions(chat, chat.routes[index], index),
  ]);
  const mutes = (chat.mutes ?? []).flatMap((mute, index) =>
    unknown(`chat.mutes.${index}.services`, mute.services, services, "Add the service"),
  );
  return [...checkSecret(fleet, chat), ...routes, ...mutes, ...checkActions(fleet, chat), ...checkSize(chat)];
}

/** Somebody whom no chat of the route can call would silently never be called. */
function checkMentions(
  { destinations }: ChatDefinition,
  route: ChatRoute | undefined,
  index: number,
): readonly Problem[] {
  const receivers = (route?.to ?? []).flatMap((name) => destinations[name]?.receiver ?? []);
  if (receivers.length === 0) return [];
  return Object.entries(route?.mention ?? {}).flatMap(([severity, ids = []]) =>
    ids
      .filter((id) => !receivers.some((receiver) => addressee(receiver, id)))
      .map((id) => ({
        field: `chat.routes.${index}.mention.${severity}`,
        value: id,
        allowed: [...new Set(receivers.map((receiver) => addressees[receiver].means))].join("; "),
        remedy: "Write the id as the chat knows it, or send the route to a chat that knows it.",
      })),
  );
}

/** The door's secret is there, is not the one with the webhooks, and somebody has messages with buttons. */
function checkActions(
  fleet: FleetDefinition,
  { actions, secret: addresses, destinations }: ChatDefinition,
): readonly Problem[] {
  if (actions === undefined) return [];
  const { stages, slack } = actions;
  const field = "chat.actions.slack";
  const secret = fleet.secrets[slack.secret];
  const slackless = !Object.values(destinations).some(({ receiver }) => receiver.startsWith("slack-"));
  return [
    ...unknown("chat.actions.stages", stages, Object.keys(fleet.stages), "Declare it under `stages`"),
    ...unknown(`${field}.secret`, [slack.secret], Object.keys(fleet.secrets), "Declare it under `secrets`"),
    ...(secret === undefined
      ? []
      : unknown(
          `${field}.key`,
          [slack.key],
          Object.keys(secret.keys),
          `Add the key under secrets.${slack.secret}.keys`,
        )),
    ...(slack.secret === addresses
      ? [
          {
            field: `${field}.secret`,
            value: slack.secret,
            allowed: "a secret other than chat.secret: what listens on the internet must not read webhooks",
            remedy: "Declare a secret with this one key, and name it here.",
          },
        ]
      : []),
    ...(slackless
      ? [
          {
            field,
            value: slack.allowed.length,
            allowed: "buttons where a destination is a Slack one: no other chat shows them",
            remedy: "Add a slack-bot or slack-webhook under chat.destinations, or remove `actions`.",
          },
        ]
      : []),
  ];
}

/**
 * A function's environment holds 4 KB in all. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const sizeLimit = 3_000;

function checkSize(chat: ChatDefinition): readonly Problem[] {
  const size = Buffer.byteLength(JSON.stringify(chat));
  if (size <= sizeLimit) return [];
  return [
    {
      field: "chat",
      value: `${size} bytes`,
      allowed: `at most ${sizeLimit} bytes as JSON: it travels in a function's environment`,
      remedy: "Merge routes to the same destination, and shorten lists of services.",
    },
  ];
}

function checkSecret(fleet: FleetDefinition, chat: ChatDefinition): readonly Problem[] {
  const missing = unknown("chat.secret", [chat.secret], Object.keys(fleet.secrets), "Declare it under `secrets`");
  const secret = fleet.secrets[chat.secret];
  if (missing.length > 0 || secret === undefined) return missing;
  return Object.entries(chat.destinations).flatMap(([name, destination]) =>
    unknown(
      `chat.destinations.${name}.key`,
      keysOf(destination),
      Object.keys(secret.keys),
      `Add the key under secrets.${chat.secret}.keys`,
    ),
  );
}

function keysOf(destination: ChatDestination): readonly string[] {
  if (destination.receiver === "email") return [];
  return [
    destination.key,
    ...("apiKey" in destination && destination.apiKey !== undefined ? [destination.apiKey] : []),
    ...("signingKey" in destination ? [destination.signingKey] : []),
  ];
}
