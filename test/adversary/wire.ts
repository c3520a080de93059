import { AsyncLocalStorage } from "node:async_hooks";
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  ListTasksCommand,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import type { Ecs } from "./ecs.ts";
import { Throttled } from "./ecs.ts";
import type { People } from "./people.ts";
import type { Port } from "./plot.ts";
import type { Run } from "./run.ts";
import type { SecretsManager } from "./secrets-manager.ts";

/** What a function reaches through the SDK, and on whose behalf. */
export interface Line {
  readonly run: Run;
  readonly secrets: SecretsManager;
  readonly ecs: Ecs;
  readonly people: People;
}

/** Calls find their world by it: the clients are shared by all plots of this process. */
export const line = new AsyncLocalStorage<Line>();

/** AWS's own failure, which the client retries. */
class ServiceFailure extends Error {
  override readonly name = "InternalServiceError";
  readonly $fault = "server";
  readonly $metadata = { httpStatusCode: 500 };
}

const clients = [SecretsManagerClient, ECSClient, SNSClient] as const;

/**
 * The SDK's clients answer from the models, until the returned function is called. It is the lowest place that is
 * stable: what the engine makes of AWS's calls is tried with it, and none of its own types is relied on.
 */
export function connect(): () => void {
  const attempts = process.env.AWS_MAX_ATTEMPTS;
  // Else a client looks for it in a file, the first time it is asked.
  process.env.AWS_MAX_ATTEMPTS = "3";
  for (const { prototype } of clients) Object.defineProperty(prototype, "send", { configurable: true, value: send });
  return () => {
    if (attempts === undefined) delete process.env.AWS_MAX_ATTEMPTS;
    else process.env.AWS_MAX_ATTEMPTS = attempts;
    for (const { prototype } of clients) Reflect.deleteProperty(prototype, "send");
  };
}

interface Client {
  readonly config: { readonly maxAttempts: () => Promise<number> };
}

/** Attempts and pauses are the client's standard ones. https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html */
async function send(this: Client, command: unknown): Promise<unknown> {
  const open = line.getStore();
  if (open === undefined) throw new Error("A call was made outside of a run.");
  const { run } = open;
  const { port, effect } = served(command, open);
  const attempts = await attemptsOf(this);
  for (let attempt = 1; ; attempt++) {
    try {
      return await run.reach(port, effect, () => new ServiceFailure("An error occurred on the server side."));
    } catch (error) {
      const isTransient = error instanceof ServiceFailure || error instanceof Throttled;
      if (!isTransient || attempt >= attempts) throw error;
      await run.sleep(Math.min(20_000, (error instanceof Throttled ? 500 : 100) * 2 ** attempt) * Math.random());
    }
  }
}

const known = new WeakMap<Client, number>();

async function attemptsOf(client: Client): Promise<number> {
  const attempts = known.get(client) ?? (await client.config.maxAttempts());
  known.set(client, attempts);
  return attempts;
}

interface Served {
  readonly port: Port;
  readonly effect: () => unknown;
}

function served(command: unknown, { secrets, ecs, people }: Line): Served {
  const answer = ofSecrets(command, secrets) ?? ofEcs(command, ecs);
  if (answer !== undefined) return answer;
  if (command instanceof PublishCommand) return { port: "sns", effect: () => people.receive(command.input.Message) };
  const name = command instanceof Object ? command.constructor.name : String(command);
  throw new Error(`${name} is not modelled. Add it to test/adversary/wire.ts, from AWS's documentation.`);
}

function ofSecrets(command: unknown, secrets: SecretsManager): Served | undefined {
  const through = (effect: () => unknown): Served => ({ port: "secrets", effect });
  if (command instanceof DescribeSecretCommand) return through(() => secrets.describe(command.input));
  if (command instanceof ListSecretsCommand) return through(() => secrets.listAll(command.input));
  if (command instanceof GetSecretValueCommand) return through(() => secrets.read(command.input));
  if (command instanceof ListSecretVersionIdsCommand) return through(() => secrets.list(command.input));
  if (command instanceof PutSecretValueCommand) return through(() => secrets.put(command.input));
  if (command instanceof UpdateSecretVersionStageCommand) return through(() => secrets.moveLabel(command.input));
  if (command instanceof TagResourceCommand) return through(() => secrets.tag(command.input));
  if (command instanceof UntagResourceCommand) return through(() => secrets.untag(command.input));
  return undefined;
}

function ofEcs(command: unknown, ecs: Ecs): Served | undefined {
  const through = (effect: () => unknown): Served => ({ port: "ecs", effect });
  if (command instanceof DescribeServicesCommand) return through(() => ecs.describeServices(command.input));
  if (command instanceof ListTasksCommand) return through(() => ecs.listTasks(command.input));
  if (command instanceof DescribeTasksCommand) return through(() => ecs.describeTasks(command.input));
  if (command instanceof DescribeTaskDefinitionCommand) return through(() => ecs.describeTaskDefinition(command.input));
  if (command instanceof UpdateServiceCommand) return through(() => ecs.updateService(command.input));
  return undefined;
}
