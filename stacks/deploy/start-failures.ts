import type { StackEvent } from "@aws-sdk/client-cloudformation";
import { type ReportOptions, reportFailedStart } from "#evidence/report.ts";
import type { AwsSettings } from "#evidence/shown-lines.ts";
import { reportUndoneRelease } from "#evidence/undone-report.ts";
import { names, type StagePlan } from "#fleet";
import { type App, Stack, useAWSCredentialsProvider, useDeployClient } from "../sst.ts";

/** Clocks differ a little; on one machine they do not, and a deploy may follow another at once. */
const skewMs = 30_000;

/**
 * What a deploy does about services that do not start, done through SST's own CloudFormation client: SST offers neither
 * an option nor a hook for either.
 *
 * - Why: CloudFormation says that a circuit breaker or an alarm was triggered, and no more. What became of the tasks is read while
 *   SST waits for the events of the stack, and printed once, after all that SST prints.
 * - A first deploy keeps the services that run, instead of rolling all of them back: docs/adr/0013-failed-starts.md.
 */
export function handleStartFailures(app: App, plan: StagePlan): void {
  const holdsServices = new Set(
    app.node.children.flatMap((child) =>
      child instanceof Stack && /-Services\d*$/.test(child.stackName) ? child.stackName : [],
    ),
  );
  const statusOf = new Map<string, string>();
  const examine = createExamination(plan, { region: plan.region, credentials: useAWSCredentialsProvider() });

  useDeployClient().middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const name = "StackName" in args.input ? args.input.StackName : undefined;
        if (name === undefined || !holdsServices.has(name)) return next(args);
        const input = { ...args.input, ...rollbackOption(commandName, statusOf.get(name)) };
        const answer = await next({ ...args, input });
        const { output } = answer;
        if ("Stacks" in output) statusOf.set(name, output.Stacks?.[0]?.StackStatus ?? "");
        if ("StackEvents" in output) await examine(output.StackEvents ?? []);
        return answer;
      },
    { step: "initialize", name: "startFailures" },
  );
}

/**
 * What runs stays when the stack is new, and while it has failed: there is nothing to go back to. After that a failure
 * takes back the whole update.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html
 */
function rollbackOption(command: string | undefined, status: string | undefined) {
  switch (command) {
    case "CreateStackCommand":
      return { DisableRollback: true };
    case "UpdateStackCommand":
      return { DisableRollback: status === "CREATE_FAILED" || status === "UPDATE_FAILED" };
    default:
      return {};
  }
}

/** Reports each failed service once, and prints what was found when the process ends: SST's own errors are above it. */
function createExamination(plan: StagePlan, settings: AwsSettings) {
  const since = Date.now() - (plan.runsOn === "loopback" ? 0 : skewMs);
  const reports = new Map<string, readonly string[]>();
  process.once("exit", () => {
    const found = [...reports.values()].filter(({ length }) => length > 0);
    process.stdout.write(found.map((report) => `${report.join("\n")}\n\n`).join(""));
  });
  return async (events: readonly StackEvent[]): Promise<void> => {
    const failed = events.filter(
      ({ ResourceType, ResourceStatus = "" }) =>
        ResourceType === "AWS::ECS::Service" && /^(CREATE|UPDATE)_FAILED$/.test(ResourceStatus),
    );
    for (const { Timestamp, PhysicalResourceId = "", ResourceStatusReason = "" } of failed) {
      const service = plan.services.find(({ key }) =>
        PhysicalResourceId.endsWith(`/${names.service(plan.stage, key)}`),
      );
      if (service === undefined || reports.has(service.key) || (Timestamp?.getTime() ?? 0) < since) continue;
      // Others that fail are reported meanwhile; this one is not looked up twice.
      reports.set(service.key, []);
      reports.set(service.key, await report({ plan, service, settings, since }, ResourceStatusReason));
    }
  };
}

async function report(options: ReportOptions, reason: string): Promise<readonly string[]> {
  const undone = reason.includes("ECS Deployment Alarm") ? await reportUndoneRelease(options) : undefined;
  return undone ?? (await reportFailedStart(options)) ?? [];
}
