import { PassThrough, Readable } from "node:stream";
import { createAws } from "#cli/aws.ts";
import type { Examination } from "#cli/doctor/check.ts";
import type { Stage } from "#cli/stage.ts";
import type { DeploymentFacts, ServiceFacts, TaskFacts } from "#cli/status/facts.ts";
import { planStage } from "#fleet";
import fixture from "../../../fixture/map.ts";
import { terminal } from "../../../fixture/terminal.ts";

export const plan = planStage(fixture, "prod");

const service = plan.services.find(({ key }) => key === "google_workspace");
if (service === undefined) throw new Error("The fixture has no google_workspace.");
export const workspace = service;

const now = Date.now();

export const task: TaskFacts = {
  arn: "arn:aws:ecs:us-east-1:573946584375:task/prod-mcp-cluster/a",
  status: "RUNNING",
  taskDefinition: "prod-mcp-google-workspace:4",
  deployment: "ecs-svc/1",
  createdAt: now - 60_000,
  startedAt: now - 50_000,
  image: workspace.image,
  imageDigest: "sha256:a",
};

export const deployment: DeploymentFacts = {
  id: "ecs-svc/1",
  primary: true,
  taskDefinition: "prod-mcp-google-workspace:4",
  desired: 1,
  running: 1,
  pending: 0,
  failed: 0,
  state: "COMPLETED",
  reason: "ECS deployment ecs-svc/1 completed.",
  createdAt: now - 60_000,
};

export const healthy = {
  plan: workspace,
  service: { desired: 1, running: 1, pending: 0, taskDefinition: task.taskDefinition, deployments: [deployment] },
  tasks: [task],
  targets: [{ id: "10.0.0.1:8000", state: "healthy", reason: undefined }],
  failure: undefined,
  secrets: [
    {
      key: "splunk",
      name: "/prod/mcp/splunk",
      versions: [{ id: "v1", labels: ["AWSCURRENT"], createdAt: now - 3_600_000 }],
      lastRotatedAt: undefined,
      lastChangedAt: undefined,
    },
  ],
} satisfies ServiceFacts;

/** An examination of these facts; what a check asks beyond them goes to `fetch`, and to no AWS. */
export function examinationOf(facts: ServiceFacts, using: typeof fetch = fetch): Examination {
  const stage: Stage = {
    plan,
    aws: createAws({ region: "us-east-1", endpoint: "http://127.0.0.1:1" }),
    fetch: using,
    terminal,
    env: {},
    project: ".",
    readMap: async () => fixture,
    signal: new AbortController().signal,
    hold: (work) => work,
    stdin: Readable.from([]),
    stdout: new PassThrough(),
  };
  return {
    stage,
    services: Promise.resolve([facts]),
    secrets: Promise.resolve(new Map()),
    alarms: Promise.resolve([]),
    deployedOf: async () => ({ cpu: undefined, memory: undefined, container: undefined }),
    resolveNs: () => Promise.reject(new Error("Nobody is there to be asked.")),
    now: Date.now,
    testAlarm: "declined",
    patienceMs: undefined,
  };
}
