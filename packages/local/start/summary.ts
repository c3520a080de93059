import pc from "picocolors";
import type { StagePlan } from "#fleet";
import { names } from "#fleet";
import { exampleUsers } from "../doubles/google/index.ts";
import type { LocalFleet } from "./fleet.ts";

const usualHttpsPort = "8443";

/** What a newcomer sees when all is up: where everything is, and what to try next. At most 80 columns. */
export function summarize(plan: StagePlan, { cloud, chats }: LocalFleet, consoleUrl: string): readonly string[] {
  const { endpointUrl, region } = cloud.place;
  const services = plan.services.map(({ key, url }) => `  ${pc.bold(key.padEnd(18))} ${pc.cyan(`${url}/mcp`)}`);
  const [first] = plan.services;
  const example = plan.services.find(({ localCommand }) => localCommand !== undefined) ?? first;
  return [
    "",
    pc.bold("The fleet is up. Ctrl-C ends it."),
    "",
    ...services,
    "",
    `  ${pc.bold("log in".padEnd(18))} add an address above to an MCP client; at the Google double`,
    `  ${"".padEnd(18)} anyone of ${exampleUsers.map(({ name }) => name).join(", ")} may come in`,
    "",
    `  ${pc.bold("console".padEnd(18))} ${pc.cyan(consoleUrl)}  see it live, break it`,
    `  ${pc.bold("chats".padEnd(18))} ${pc.cyan(chats.url)}  what alarms become`,
    `  ${pc.bold("AWS endpoint".padEnd(18))} ${pc.cyan(endpointUrl)}`,
    `  ${pc.bold("certificates".padEnd(18))} signed by .mcp-fleet/certificates/ca.pem`,
    `  ${pc.bold("endpoint's log".padEnd(18))} .mcp-fleet/endpoint.log`,
    "",
    "For fleet, the AWS CLI and SDKs, in another terminal:",
    "",
    `  export AWS_ENDPOINT_URL=${endpointUrl} AWS_DEFAULT_REGION=${region}`,
    "  export AWS_ACCESS_KEY_ID=operator AWS_SECRET_ACCESS_KEY=operator",
    `  export FLEET_STAGE=${plan.stage}${exportPort(plan)}`,
    "",
    "Audit events show here as they arrive. Try next:",
    "",
    ...(example === undefined ? [] : suggestions(plan, example.key)),
    "",
  ];
}

/** `fleet` knows the usual port of the public addresses, and has to be told another. */
function exportPort({ services }: StagePlan): string {
  const port = services[0] === undefined ? "" : new URL(services[0].url).port;
  return port === "" || port === usualHttpsPort ? "" : ` MCP_FLEET_HTTPS_PORT=${port}`;
}

function suggestions(plan: StagePlan, key: string): readonly string[] {
  return [
    "  npx fleet status                    # services, tasks, secret versions",
    "  npx fleet doctor                    # every known trap, looked at",
    `  npx fleet logs ${key} --since 5m`,
    `  npx fleet alarms test ${key}   # a card in every chat`,
    "",
    "  # a service rolls, and no request fails",
    `  aws ecs update-service --cluster ${names.cluster(plan.stage)} \\`,
    `    --service ${names.service(plan.stage, key)} --force-new-deployment`,
    "",
    "  # a check of everything, for CI",
    "  npm start -- --exit",
  ];
}
