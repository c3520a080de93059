import { join } from "node:path";
import { GetFunctionUrlConfigCommand, LambdaClient } from "@aws-sdk/client-lambda";
import {
  type Cloud,
  type CloudOptions,
  createSupervisor,
  openCloud,
  type ProcessSupervisor,
} from "@mcp-fleet/endpoint";
import { orMissing } from "#cli/aws.ts";
import { names, type StagePlan } from "#fleet";
import { compileCacheOf } from "./deployment.ts";
import { type Doubles, openDoubles } from "./doubles.ts";

/** The endpoint, and what lies outside AWS, up and waiting for a deploy. */
export interface LocalFleet extends Omit<Doubles, "stop"> {
  readonly cloud: Cloud;
  readonly supervisor: ProcessSupervisor;
  /** Ends everything it started; safe to call twice. */
  close(): Promise<void>;
}

export interface LocalFleetOptions {
  readonly plan: StagePlan;
  readonly projectRoot: string;
  readonly ports: LocalPorts;
  readonly log: (line: string) => void;
  /** Whether releases are watched by their alarms; each takes ten seconds more. Default true. */
  readonly deploymentAlarms?: boolean;
}

/** Those of the endpoint and of the page of the chats: by default any that is free. Cards lead to that of the console. */
export type LocalPorts = CloudOptions["ports"] & { readonly chats?: number; readonly console?: number };

export async function openFleet(options: LocalFleetOptions): Promise<LocalFleet> {
  const { plan, projectRoot, ports, log, deploymentAlarms = true } = options;
  const supervisor = createSupervisor();
  const { stop: stopDoubles, ...doubles } = await openDoubles(plan, ports.chats);
  const cloud = await openCloud({
    region: plan.region,
    account: plan.account,
    ports,
    projectRoot,
    stateFolder: join(projectRoot, ".mcp-fleet"),
    supervisor,
    deploymentAlarms,
    taskEnvironment: {
      GOOGLE_OAUTH_ISSUER: doubles.google.issuer,
      // As in the images. Without it a server in TypeScript takes three times an empty Node's start.
      NODE_COMPILE_CACHE: compileCacheOf(projectRoot),
    },
    functionEnvironment: { GOOGLE_TOKEN_URL: `${doubles.google.issuer}/token`, SLACK_HOOKS_URL: doubles.chats.url },
    log,
  });
  // As somebody enters it in the Slack app once the stage is deployed.
  doubles.chats.registerRequestUrl(() => buttonUrlOf(cloud, plan.stage));
  let closing: Promise<void> | undefined;
  const close = async () => {
    await cloud.close();
    await Promise.all([stopDoubles(), supervisor.stopAll()]);
  };
  return {
    ...doubles,
    cloud,
    supervisor,
    close() {
      closing ??= close();
      return closing;
    },
  };
}

/** `undefined` for a stage without buttons. */
async function buttonUrlOf(cloud: Cloud, stage: string): Promise<string | undefined> {
  const lambda = new LambdaClient(clientSettings(cloud));
  const command = new GetFunctionUrlConfigCommand({ FunctionName: names.function(stage, "answer-button") });
  return (await orMissing(lambda.send(command), "ResourceNotFoundException"))?.FunctionUrl;
}

/** How any AWS client reaches the endpoint. */
export function clientSettings(cloud: Cloud) {
  return {
    endpoint: cloud.place.endpointUrl,
    region: cloud.place.region,
    credentials: { accessKeyId: "operator", secretAccessKey: "operator" },
  };
}
