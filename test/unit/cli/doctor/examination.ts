import { PassThrough, Readable } from "node:stream";
import { createColors } from "picocolors";
import { createAws } from "#cli/aws.ts";
import type { Examination } from "#cli/doctor/check.ts";
import type { Stage } from "#cli/stage.ts";
import type { DeploymentFacts, ServiceFacts, TaskFacts } from "#cli/status/facts.ts";
import type { Terminal } from "#cli/terminal.ts";
import shipped from "#config";
import { planStage } from "#fleet";

export const plan = planStage(shipped, "prod");

const service = plan.services.find(({ key }) => key === "google_workspace");
if (service === undefined) throw new Error("The shipped map has no google_workspace.");
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

const refuse = () => Promise.reject(new Error("Nobody is there to be asked."));

/** One that nobody reads. */
export const terminal: Terminal = {
  paint: createColors(false),
  interactive: false,
  print: () => undefined,
  note: () => undefined,
  progress: () => undefined,
  ask: refuse,
  askSecret: refuse,
};

/** An examination of these facts; what a check asks beyond them goes to `fetch`, and to no AWS. */
export function examinationOf(facts: ServiceFacts, using: typeof fetch = fetch): Examination {
  const stage: Stage = {
    plan,
    aws: createAws({ region: "us-east-1", endpoint: "http://127.0.0.1:1" }),
    fetch: using,
    terminal,
    env: {},
    project: ".",
    readMap: async () => shipped,
    signal: new AbortController().signal,
    stdin: Readable.from([]),
    stdout: new PassThrough(),
  };
  return {
    stage,
    services: Promise.resolve([facts]),
    resolveNs: refuse,
    now: Date.now,
    testAlarm: "declined",
    patienceMs: undefined,
  };
}
