import {
  DeregisterTaskDefinitionCommand,
  DescribeTaskDefinitionCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  type Service,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import { names, type ServicePlan } from "#fleet";
import type { Stage } from "../stage.ts";
import { describeServices } from "../status/read.ts";

/** On AWS: the official image, for both architectures. https://gallery.ecr.aws/nginx/nginx */
const image = "public.ecr.aws/nginx/nginx:stable-alpine";
const line = "Error: this release answers no call";

/** On one machine, where a container is a command. */
const localServer = `
  const [path, code] = process.argv.slice(1);
  require("node:http").createServer((request, response) => {
    response.statusCode = request.url === path ? Number(code) : 500;
    if (request.url !== path) require("node:fs").writeSync(2, ${JSON.stringify(`${line}\n`)});
    response.end();
  }).listen(process.env.PORT, "127.0.0.1");
`;

export interface BrokenRelease {
  /** The task definition of before, which is to serve again. */
  readonly before: string;
  readonly taskDefinition: string;
  /** Whether ECS has gone back, and is done. */
  isUndone(): Promise<boolean>;
  /** Goes back now, unless that is done or under way. */
  undo(): Promise<void>;
}

/**
 * Brings out a release that passes the health check and answers no call: what neither the balancer nor the circuit
 * breaker sees. It has none of the service's secrets.
 */
export async function bringOutBroken(
  { aws, plan }: Pick<Stage, "aws" | "plan">,
  service: ServicePlan,
  register: (release: Pick<BrokenRelease, "undo">) => void = () => undefined,
): Promise<BrokenRelease> {
  const ecs = aws.client(ECSClient);
  const asked = { cluster: names.cluster(plan.stage), service: names.service(plan.stage, service.key) };
  const describe = async (): Promise<Service> => {
    const [found] = (await describeServices({ aws, plan }, [service])) ?? [];
    if (found === undefined) throw new Error(`${service.key} is not deployed.`);
    return found;
  };
  const before = (await describe()).taskDefinition ?? "";
  const { taskDefinition: works } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: before }));
  const { family, cpu, memory, networkMode, taskRoleArn, executionRoleArn } = works ?? {};
  const { requiresCompatibilities, runtimePlatform } = works ?? {};
  const container = works?.containerDefinitions?.find(({ name }) => name === service.key);
  const { taskDefinition: made } = await ecs.send(
    new RegisterTaskDefinitionCommand({
      ...{ family, cpu, memory, networkMode, taskRoleArn, executionRoleArn, requiresCompatibilities, runtimePlatform },
      containerDefinitions: [
        {
          ...brokenServer(service),
          portMappings: container?.portMappings,
          logConfiguration: container?.logConfiguration,
          dockerLabels: { "mcp-fleet.local-command": JSON.stringify(localCommand(service)) },
        },
      ],
    }),
  );
  const taskDefinition = made?.taskDefinitionArn ?? "";
  const isUndone = async () => {
    const { taskDefinition: now, deployments = [] } = await describe();
    const [primary, ...others] = deployments;
    return now === before && primary?.rolloutState === "COMPLETED" && others.length === 0;
  };
  const undo = async () => {
    const { taskDefinition: now } = await describe();
    if (now === taskDefinition) await ecs.send(new UpdateServiceCommand({ ...asked, taskDefinition: before }));
    // Tasks of it run on: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeregisterTaskDefinition.html
    await ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition }));
  };
  register({ undo });
  await ecs.send(new UpdateServiceCommand({ ...asked, taskDefinition }));
  return { before, taskDefinition, isUndone, undo };
}

function brokenServer({ key, port, health }: ServicePlan) {
  const configuration = [
    `log_format drill '${line}: $request_uri';`,
    `server { listen ${port}; access_log /dev/stdout drill;`,
    `location = ${JSON.stringify(health.path)} { access_log off; return ${codeOf(health)}; }`,
    "location / { return 500; } }",
  ].join("\n");
  return {
    name: key,
    image,
    essential: true,
    environment: [{ name: "CONFIGURATION", value: configuration }],
    entryPoint: ["/bin/sh", "-c"],
    command: [`printf %s "$CONFIGURATION" > /etc/nginx/conf.d/default.conf && exec nginx -g "daemon off;"`],
  };
}

function localCommand({ health }: ServicePlan): readonly string[] {
  return [process.execPath, "-e", localServer, health.path, codeOf(health)];
}

/** The first that counts as healthy, of `200`, `200,202` or `200-299`. */
function codeOf({ codes }: ServicePlan["health"]): string {
  return String(Number.parseInt(codes, 10));
}
