import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  InvokeCommand,
  LambdaClient,
} from "@aws-sdk/client-lambda";
import { strToU8, zipSync } from "fflate";
import { createIdentities } from "#endpoint/core/identities.ts";
import type { BusEvent, EventBus, LogGroupSink, MetricDatum, Place, QueueClient } from "#endpoint/core/ports.ts";
import { openEndpoint } from "#endpoint/core/server.ts";
import type { AwsService } from "#endpoint/core/service.ts";
import { createSupervisor } from "#endpoint/processes/supervisor.ts";
import { createLambda, type Lambda } from "#endpoint/services/lambda/service.ts";
import { createSqs } from "#endpoint/services/sqs/service.ts";
import { createSteppingClock, type SteppingClock } from "../stepping-clock.ts";

export const account = "573946584375";
const role = `arn:aws:iam::${account}:role/worker`;

export type LambdaHarness = Awaited<ReturnType<typeof startLambda>>;

interface Neighbours {
  readonly place: Place;
  readonly clock: SteppingClock;
  readonly lambda: Lambda;
  readonly events: EventBus;
  readonly queues: QueueClient;
  readonly logs: LogGroupSink;
}

interface Options {
  readonly objects?: Readonly<Record<string, Buffer>>;
  /** Services that work with Lambda, behind the same front door. */
  readonly neighbours?: (parts: Neighbours) => readonly AwsService[];
}

/** Lambda and SQS behind the front door, with what Lambda reports kept for the tests to look at. */
export async function startLambda({ objects = {}, neighbours = () => [] }: Options = {}) {
  const endpoint = await openEndpoint({ port: 0 });
  const place = { region: "us-east-1", account, endpointUrl: endpoint.url };
  const clock = createSteppingClock();
  const identities = createIdentities({ account, clock });
  const sqs = await createSqs({ place });
  const supervisor = createSupervisor();
  const codeFolder = await mkdtemp(join(tmpdir(), "lambda-"));
  const lines: { group: string; stream: string; line: string }[] = [];
  const data: MetricDatum[] = [];
  const events: BusEvent[] = [];
  const logs: LogGroupSink = {
    hasGroup: () => true,
    write: (group, stream, more) => lines.push(...more.map((line) => ({ group, stream, line }))),
  };
  const bus: EventBus = { put: (event) => events.push(event) };
  const lambda = createLambda({
    place,
    clock,
    supervisor,
    codeFolder,
    queues: sqs.queues,
    credentials: identities,
    authorizer: { decide: () => "allowed" },
    logs,
    metrics: { put: (datum) => data.push(datum) },
    events: bus,
    topics: { publish: async () => undefined },
    objects: {
      async get(bucket, key) {
        const found = objects[`${bucket}/${key}`];
        if (found === undefined) throw new Error(`no ${bucket}/${key}`);
        return found;
      },
    },
  });
  const others = neighbours({ place, clock, lambda, logs, events: bus, queues: sqs.queues });
  endpoint.serve({ services: [lambda.service, sqs.service, ...others], identities, log: () => undefined });
  const client = new LambdaClient({
    endpoint: endpoint.url,
    region: place.region,
    credentials: { accessKeyId: "AKIALOCAL", secretAccessKey: "local" },
    maxAttempts: 1,
  });
  return {
    ...{ lambda, client, clock, place, sqs, lines, data, events, codeFolder, endpoint, supervisor },
    deploy: (name: string, source: string, rest: Partial<CreateFunctionCommandInput> = {}) =>
      client.send(
        new CreateFunctionCommand({
          FunctionName: name,
          Role: role,
          Runtime: "nodejs24.x",
          Handler: "index.handler",
          Code: { ZipFile: zip({ "index.mjs": source }) },
          ...rest,
        }),
      ),
    async invoke(name: string, event: unknown = {}) {
      const answer = await client.send(
        new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(event), LogType: "Tail" }),
      );
      const payload: unknown = JSON.parse(answer.Payload?.transformToString() || "null");
      return { ...answer, payload, log: Buffer.from(answer.LogResult ?? "", "base64").toString() };
    },
    async stop() {
      client.destroy();
      await Promise.all(others.map((service) => service.stop?.()));
      await lambda.stop();
      await supervisor.stopAll();
      await sqs.stop();
      await endpoint.close();
      await rm(codeFolder, { recursive: true, force: true });
    },
  };
}

export function zip(files: Readonly<Record<string, string>>): Buffer {
  return Buffer.from(zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)]))));
}
