import { join } from "node:path";
import {
  type Cloud,
  type CloudOptions,
  createSupervisor,
  openCloud,
  type ProcessSupervisor,
} from "@mcp-fleet/endpoint";
import type { StagePlan } from "#fleet";
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
  readonly ports: CloudOptions["ports"];
  readonly log: (line: string) => void;
}

export async function openFleet({ plan, projectRoot, ports, log }: LocalFleetOptions): Promise<LocalFleet> {
  const supervisor = createSupervisor();
  const { stop: stopDoubles, ...doubles } = await openDoubles(plan);
  const cloud = await openCloud({
    region: plan.region,
    account: plan.account,
    ports,
    projectRoot,
    stateFolder: join(projectRoot, ".mcp-fleet"),
    supervisor,
    taskEnvironment: { GOOGLE_OAUTH_ISSUER: doubles.google.issuer },
    functionEnvironment: { GOOGLE_TOKEN_URL: `${doubles.google.issuer}/token` },
    log,
  });
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

/** How any AWS client reaches the endpoint. */
export function clientSettings(cloud: Cloud) {
  return {
    endpoint: cloud.place.endpointUrl,
    region: cloud.place.region,
    credentials: { accessKeyId: "operator", secretAccessKey: "operator" },
  };
}
