import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { ECSClient, UpdateServiceCommand, waitUntilServicesStable } from "@aws-sdk/client-ecs";
import { PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { names, type StagePlan } from "#fleet";
import type { Cloud } from "../cloud.ts";
import { openCloud } from "../cloud.ts";
import { type GoogleDouble, startGoogleDouble } from "../doubles/google/index.ts";
import { type HecDouble, startHecDouble } from "../doubles/hec/index.ts";
import type { ProcessSupervisor } from "../endpoint/ports.ts";
import { createSupervisor } from "../processes/supervisor.ts";
import type { StartOptions } from "./options.ts";

/** The endpoint, and what lies outside AWS, up and waiting for a deploy. */
export interface LocalFleet {
  readonly cloud: Cloud;
  readonly google: GoogleDouble;
  readonly hec: HecDouble;
  readonly supervisor: ProcessSupervisor;
  /** Ends everything it started; safe to call twice. */
  close(): Promise<void>;
}

export interface LocalFleetOptions {
  readonly plan: StagePlan;
  readonly projectRoot: string;
  readonly ports: StartOptions["ports"];
  readonly log: (line: string) => void;
}

export async function openFleet({ plan, projectRoot, ports, log }: LocalFleetOptions): Promise<LocalFleet> {
  const supervisor = createSupervisor();
  const google = await startGoogleDouble();
  const hec = await startHecDouble();
  const cloud = await openCloud({
    region: plan.region,
    account: plan.account,
    ports,
    projectRoot,
    stateFolder: join(projectRoot, ".mcp-fleet"),
    supervisor,
    taskEnvironment: { GOOGLE_OAUTH_ISSUER: google.issuer },
    log,
  });
  let closing: Promise<void> | undefined;
  const close = async () => {
    await cloud.close();
    await Promise.all([google.stop(), hec.stop(), supervisor.stopAll()]);
  };
  return {
    cloud,
    google,
    hec,
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

/**
 * What an operator does once after the first deploy: put the real credentials in place of the placeholders, and roll
 * the services that use them. The credentials are those of the doubles.
 */
export async function putCredentials({ cloud, google, hec }: LocalFleet, plan: StagePlan): Promise<string> {
  const owner = plan.services.find(({ key }) => key === plan.oauth.owner);
  const client = { id: `${randomUUID()}.apps.googleusercontent.com`, secret: randomUUID() };
  google.putClient({
    id: client.id,
    secrets: [client.secret],
    redirectUris: owner === undefined ? [] : [new URL("/oauth2callback", owner.url).href],
  });
  const { token } = hec.createToken({ name: "mcp-fleet", indexes: [plan.auditIndex] });
  const values: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    "google-oauth": { GOOGLE_OAUTH_CLIENT_ID: client.id, GOOGLE_OAUTH_CLIENT_SECRET: client.secret },
    splunk: { SPLUNK_HEC_URL: hec.url, SPLUNK_HEC_TOKEN: token },
  };
  const secrets = new SecretsManagerClient(clientSettings(cloud));
  const ecs = new ECSClient(clientSettings(cloud));
  const known = plan.secrets.filter(({ key }) => key in values);
  for (const { key, name } of known) {
    await secrets.send(new PutSecretValueCommand({ SecretId: name, SecretString: JSON.stringify(values[key]) }));
  }
  const cluster = names.cluster(plan.stage);
  const services = [...new Set(known.flatMap(({ usedBy }) => usedBy))].map((key) => names.service(plan.stage, key));
  for (const service of services) {
    await ecs.send(new UpdateServiceCommand({ cluster, service, forceNewDeployment: true }));
  }
  if (services.length > 0) {
    await waitUntilServicesStable({ client: ecs, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }, { cluster, services });
  }
  return `${known.map(({ key }) => key).join(", ")}; ${services.join(", ")} rolled`;
}
