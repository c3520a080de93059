import pc from "picocolors";
import type { StagePlan } from "#fleet";
import { names } from "#fleet";
import { exampleUsers } from "../doubles/google/index.ts";
import type { LocalFleet } from "./fleet.ts";

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
    `  ${pc.bold("console".padEnd(18))} ${pc.cyan(consoleUrl)}  the fleet, live`,
    `  ${pc.bold("chats".padEnd(18))} ${pc.cyan(chats.url)}  what alarms become`,
    `  ${pc.bold("AWS endpoint".padEnd(18))} ${pc.cyan(endpointUrl)}`,
    `  ${pc.bold("certificates".padEnd(18))} signed by .mcp-fleet/certificates/ca.pem`,
    `  ${pc.bold("endpoint's log".padEnd(18))} .mcp-fleet/endpoint.log`,
    "",
    "For the AWS CLI and SDKs, in another terminal:",
    "",
    `  export AWS_ENDPOINT_URL=${endpointUrl} AWS_DEFAULT_REGION=${region}`,
    "  export AWS_ACCESS_KEY_ID=operator AWS_SECRET_ACCESS_KEY=operator",
    "",
    "Audit events show here as they arrive. Try next:",
    "",
    ...(example === undefined ? [] : suggestions(plan, example.key)),
    "",
  ];
}

function suggestions(plan: StagePlan, key: string): readonly string[] {
  return [
    "  # roll a service: no request fails",
    `  aws ecs update-service --cluster ${names.cluster(plan.stage)} \\`,
    `    --service ${names.service(plan.stage, key)} --force-new-deployment`,
    "",
    "  # what it logged",
    `  aws logs filter-log-events --log-group-name ${names.logGroup(plan.stage, key)}`,
    "",
    "  # a check of everything, for CI",
    "  npm start -- --exit",
  ];
}
