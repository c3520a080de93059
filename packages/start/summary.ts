import { exampleUsers } from "@mcp-fleet/endpoint/doubles/google";
import { lineFor } from "#cli/connect/client.ts";
import { names, type ServicePlan, type StagePlan } from "#fleet";
import { consolePort } from "#fleet/chat-plan.ts";
import type { Doors } from "./doors/doors.ts";
import { usesGoogle } from "./doubles.ts";
import type { LocalFleet } from "./fleet.ts";
import { pc } from "./output.ts";
import type { Step } from "./steps.ts";

const usualHttpsPort = "8443";

/** How the start went, and what it opened. */
export interface Standing {
  readonly consoleUrl: string;
  readonly doors: Doors;
  readonly steps: readonly Step[];
  /** Whether saved changes reach the fleet automatically. */
  readonly watching: boolean;
}

/**
 * What a newcomer sees when everything is up: where it all is, and what to try next. At most 80 columns, except lines
 * to be pasted.
 */
export function summarize(plan: StagePlan, fleet: LocalFleet, standing: Standing): readonly string[] {
  const { cloud, chats } = fleet;
  const { consoleUrl, doors } = standing;
  const { endpointUrl, region } = cloud.place;
  const services = plan.services.map((service) => `  ${pc.bold(service.key.padEnd(18))} ${addressOf(service)}`);
  const [first] = plan.services;
  const example = plan.services.find(({ desiredCount }) => desiredCount > 0) ?? first;
  return [
    "",
    ...headline(standing, plan),
    "",
    ...services,
    ...clientLines(plan.services, fleet, doors),
    "",
    ...(plan.services.some(usesGoogle)
      ? [
          `  ${pc.bold("log in".padEnd(18))} add an address above to an MCP client; the Google double`,
          `  ${"".padEnd(18)} accepts ${exampleUsers.map(({ name }) => name).join(", ")}`,
          "",
        ]
      : []),
    `  ${pc.bold("console".padEnd(18))} ${pc.cyan(consoleUrl)}  see it live, break it`,
    `  ${pc.bold("chats".padEnd(18))} ${pc.cyan(chats.url)}  what alarms look like`,
    `  ${pc.bold("AWS endpoint".padEnd(18))} ${pc.cyan(endpointUrl)}`,
    `  ${pc.bold("certificates".padEnd(18))} signed by .mcp-fleet/certificates/ca.pem`,
    `  ${pc.bold("endpoint's log".padEnd(18))} .mcp-fleet/endpoint.log`,
    "",
    "For fleet, the AWS CLI and SDKs, in another terminal:",
    "",
    `  export AWS_ENDPOINT_URL=${endpointUrl} AWS_DEFAULT_REGION=${region}`,
    "  export AWS_ACCESS_KEY_ID=operator AWS_SECRET_ACCESS_KEY=operator",
    `  export FLEET_STAGE=${plan.stage}${exportPorts(plan, consoleUrl)}`,
    "",
    "Audit events appear here as they arrive. Try next:",
    "",
    ...(example === undefined ? [] : suggestions(plan, example.key)),
    "",
  ];
}

/** A line to paste for each service, for an MCP client in Node: it trusts the authority, and resolves the address. */
export function clientLines(services: readonly ServicePlan[], { cloud }: LocalFleet, doors: Doors): readonly string[] {
  const serving = services.filter(({ desiredCount, mcp }) => mcp && desiredCount > 0);
  if (serving.length === 0) return [];
  const lines = serving.map((service) => {
    const url = new URL("/mcp", doors.addressOf(service)).href;
    return `  ${lineFor({ name: service.key, url, ca: cloud.authority.caPath })}`;
  });
  return [
    "",
    `For a client in Node: ${serving.map(({ key }) => key).join(", ")} (fleet connect prints it again):`,
    "",
    ...lines,
  ];
}

function headline({ steps, watching }: Standing, { stage }: StagePlan): readonly string[] {
  const failed = steps.filter(({ ok }) => !ok).map(({ id }) => id.replace(/^service:/, ""));
  if (failed.length === 0) return [pc.bold("The fleet is up. Ctrl-C ends it.")];
  return [
    pc.bold(pc.red("The fleet is up in part. Ctrl-C ends it.")),
    `  ${pc.bold("failed".padEnd(18))} ${failed.join(", ")}: see the reasons above`,
    ...(watching
      ? [`  ${pc.bold("to fix it".padEnd(18))} correct what they name and save: it is deployed at once`]
      : [
          `  ${pc.bold("to fix it".padEnd(18))} correct what they name, then npx sst deploy --stage ${stage}`,
          `  ${"".padEnd(18)} with the exports below, or Ctrl-C and npm start`,
        ]),
  ];
}

function addressOf({ url, desiredCount, localCommand }: ServicePlan): string {
  if (desiredCount > 0) return pc.cyan(`${url}/mcp`);
  return pc.dim(
    localCommand === undefined ? "offline: its entry has no entryPoint or local.command" : "offline: desiredCount is 0",
  );
}

/** `fleet` knows the default ports of the public addresses and of the console, but not other ones. */
function exportPorts({ services }: StagePlan, consoleUrl: string): string {
  const port = services[0] === undefined ? "" : new URL(services[0].url).port;
  const ofConsole = new URL(consoleUrl).port;
  return [
    port === "" || port === usualHttpsPort ? "" : ` MCP_FLEET_HTTPS_PORT=${port}`,
    ofConsole === String(consolePort) ? "" : ` MCP_FLEET_CONSOLE_PORT=${ofConsole}`,
  ].join("");
}

function suggestions(plan: StagePlan, key: string): readonly string[] {
  return [
    "  ./fleet status                    # services, tasks, secret versions",
    "  ./fleet doctor                    # checks for every known trap",
    `  ./fleet logs ${key} --since 5m`,
    `  ./fleet alarms test ${key}${plan.chat === undefined ? "" : "   # a card in every chat"}`,
    "",
    "  # roll a service without a failed request",
    `  aws ecs update-service --cluster ${names.cluster(plan.stage)} \\`,
    `    --service ${names.service(plan.stage, key)} --force-new-deployment`,
    "",
    "  # check everything, for CI",
    "  npm start -- --exit",
  ];
}
