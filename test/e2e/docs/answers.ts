import * as v from "valibot";

/** What the AWS CLI answers and what `fleet … --json` answers, in one form each, to be compared. */
const TargetHealth = v.object({
  TargetHealthDescriptions: v.array(
    v.object({
      Target: v.object({ Id: v.string(), Port: v.number() }),
      TargetHealth: v.object({ State: v.string(), Description: v.optional(v.string()) }),
    }),
  ),
});
const Deployments = v.array(
  v.object({
    id: v.string(),
    status: v.string(),
    taskDefinition: v.string(),
    desiredCount: v.number(),
    runningCount: v.number(),
    pendingCount: v.number(),
    failedTasks: v.number(),
    rolloutState: v.string(),
  }),
);
const Status = v.object({
  services: v.array(
    v.object({
      key: v.string(),
      targets: v.array(v.object({ id: v.string(), state: v.string(), reason: v.optional(v.string()) })),
      deployments: v.array(
        v.object({
          id: v.string(),
          primary: v.boolean(),
          taskDefinition: v.string(),
          desired: v.number(),
          running: v.number(),
          pending: v.number(),
          failed: v.number(),
          state: v.string(),
        }),
      ),
      tasks: v.array(v.object({ arn: v.string(), status: v.string(), olderSecrets: v.array(v.string()) })),
    }),
  ),
});

/** Services that roll, or are about to, with what shows it. */
export function busyOf(status: string) {
  return v.parse(Status, JSON.parse(status)).services.flatMap(({ key, deployments, tasks }) => {
    const rolling = deployments.length > 1 || deployments.some(({ state }) => state === "IN_PROGRESS");
    const isBusy = rolling || tasks.some(({ olderSecrets }) => olderSecrets.length > 0);
    return isBusy ? [{ key, deployments, tasks }] : [];
  });
}

export function targetsOf(printed: string) {
  const { TargetHealthDescriptions } = v.parse(TargetHealth, JSON.parse(printed));
  return TargetHealthDescriptions.map(({ Target, TargetHealth: { State, Description } }) => ({
    id: `${Target.Id}:${Target.Port}`,
    state: State,
    ...(Description !== undefined && { reason: Description }),
  }));
}

export function deploymentsOf(printed: string) {
  return v.parse(Deployments, JSON.parse(printed)).map((deployment) => ({
    id: deployment.id,
    primary: deployment.status === "PRIMARY",
    taskDefinition: deployment.taskDefinition,
    desired: deployment.desiredCount,
    running: deployment.runningCount,
    pending: deployment.pendingCount,
    failed: deployment.failedTasks,
    state: deployment.rolloutState,
  }));
}

export function serviceOf(status: string, key: string) {
  const service = v.parse(Status, JSON.parse(status)).services.find((one) => one.key === key);
  if (service === undefined) throw new Error(`fleet status knows no ${key}.`);
  return service;
}

/** `aws logs tail` prints time, stream and message; `fleet logs --json` one object a line. */
export function tailedMessages(printed: string): readonly string[] {
  return lines(printed).map((line) => line.split(" ").slice(2).join(" "));
}

const Line = v.pipe(v.string(), v.parseJson(), v.object({ message: v.string() }));

export function fleetMessages(printed: string): readonly string[] {
  return lines(printed).map((line) => v.parse(Line, line).message);
}

function lines(printed: string): readonly string[] {
  return printed.split("\n").filter((line) => line !== "");
}
