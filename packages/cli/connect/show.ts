import { join } from "node:path";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { names, type ServicePlan } from "#fleet";
import { orMissing } from "../aws.ts";
import { type ExitCode, Failure } from "../failure.ts";
import type { Stage } from "../stage.ts";
import { readEcsService } from "../status/read.ts";
import { type Connection, lineFor, settingsFor } from "./client.ts";

export async function showConnection(
  stage: Stage,
  service: ServicePlan,
  form: "line" | "http" | "stdio",
): Promise<ExitCode> {
  if (!service.mcp) throw new Failure(`${service.key} is no MCP server: its entry in fleet.config.ts says mcp: false.`);
  await checkServing(stage, service);
  const connection = await readConnection(stage, service);
  const { terminal } = stage;
  if (form !== "line") terminal.print(JSON.stringify(settingsFor(connection, form), undefined, 2));
  else terminal.print(lineFor(connection));
  if (connection.ca !== undefined && form === "http")
    terminal.note(`Start the client with NODE_EXTRA_CA_CERTS=${connection.ca} in its environment.`);
  return 0;
}

/** An address where nothing answers is of no use. */
async function checkServing(stage: Stage, service: ServicePlan): Promise<void> {
  const { desired } = await readEcsService(stage, service);
  if (desired > 0) return;
  throw new Failure(
    `${service.key} is offline in stage ${stage.plan.stage}: its desiredCount is 0. Set it to 1 or more in fleet.config.ts, then deploy.`,
  );
}

async function readConnection({ plan, aws, project }: Stage, { key, url }: ServicePlan): Promise<Connection> {
  const at = (base: string) => new URL("/mcp", base).href;
  if (plan.runsOn === "aws") return { name: key, url: at(url), ca: undefined };
  const Name = names.door(plan.stage, key);
  const door = await orMissing(aws.client(SSMClient).send(new GetParameterCommand({ Name })), "ParameterNotFound");
  return {
    name: key,
    url: at(door?.Parameter?.Value ?? url),
    ca: join(project, ".mcp-fleet", "certificates", "ca.pem"),
  };
}
