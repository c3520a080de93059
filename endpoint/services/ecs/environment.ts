import type { CredentialIssuer, Place } from "#endpoint/core/ports.ts";
import type { Container, Task } from "./model.ts";
import { resolveSecrets, type SecretSources } from "./secrets.ts";
import type { ContainerDefinition } from "./task-definitions.ts";

/** Keeps a task that runs in Node on loopback, and pages of the browser away from its port. */
const preload = new URL(import.meta.resolve("@mcp-fleet/loopback/preload.mjs"));

export interface EnvironmentSources extends SecretSources {
  readonly place: Place;
  readonly credentials: CredentialIssuer;
  /** The operator's `PATH` and `HOME`; nothing else of the operator's environment reaches a task. */
  readonly host: { readonly path: string; readonly home: string };
  readonly extraEnvironment: Readonly<Record<string, string>>;
  metadataUri(container: Container): string;
}

/** What a container's process sees, secrets included. Throws `StartError` when a secret cannot be read. */
export function containerEnvironment(
  task: Task,
  container: Container,
  definition: ContainerDefinition,
  sources: EnvironmentSources,
): Record<string, string> {
  const { place } = sources;
  const toNeighbours = neighbourhood(task);
  const variables = Object.fromEntries(definition.environment.map(({ name, value }) => [name, toNeighbours(value)]));
  return {
    PATH: sources.host.path,
    HOME: sources.host.home,
    AWS_REGION: place.region,
    AWS_DEFAULT_REGION: place.region,
    AWS_ENDPOINT_URL: place.endpointUrl,
    AWS_EXECUTION_ENV: "AWS_ECS_FARGATE",
    ECS_CONTAINER_METADATA_URI_V4: sources.metadataUri(container),
    ...roleCredentials(task, sources.credentials),
    ...sources.extraEnvironment,
    ...variables,
    ...resolveSecrets(definition, sources),
    ...(container.hostPort === undefined ? {} : { PORT: String(container.hostPort) }),
    NODE_OPTIONS: [`--import=${preload.href}`, variables.NODE_OPTIONS ?? ""].join(" ").trim(),
  };
}

/**
 * Containers of a task share their loopback: one reaches another at 127.0.0.1 and its port. Tasks share it here, and each
 * container has another port: addresses of that form lead to it.
 */
function neighbourhood({ containers }: Task): (value: string) => string {
  const ports = new Map(containers.map(({ containerPort, hostPort }) => [String(containerPort), hostPort]));
  return (value) =>
    value.replace(/\b(127\.0\.0\.1|localhost):(\d{1,5})\b/g, (whole, host: string, port: string) => {
      const here = ports.get(port);
      return here === undefined ? whole : `${host}:${here}`;
    });
}

/** On AWS these come from the agent's credential endpoint; the SDKs treat both alike. */
function roleCredentials(task: Task, credentials: CredentialIssuer): Record<string, string> {
  const role = task.definition.input.taskRoleArn;
  if (role === undefined) return {};
  const issued = credentials.issue(role, task.id);
  return {
    AWS_ACCESS_KEY_ID: issued.accessKeyId,
    AWS_SECRET_ACCESS_KEY: issued.secretAccessKey,
    AWS_SESSION_TOKEN: issued.sessionToken,
  };
}
