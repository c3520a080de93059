import { setTimeout as sleep } from "node:timers/promises";
import { ECSClient, UpdateServiceCommand } from "@aws-sdk/client-ecs";
import * as v from "valibot";
import { names, type ServicePlan, type StagePlan } from "#fleet";
import { createLoopbackFetch } from "../client/loopback-fetch.ts";
import { Member } from "../client/member.ts";
import { exampleUsers } from "../doubles/google/index.ts";
import type { HecDouble } from "../doubles/hec/index.ts";
import { clientSettings, type LocalFleet } from "./fleet.ts";
import { awaitRolled } from "./rollout.ts";
import type { Steps } from "./steps.ts";

const [user] = exampleUsers;

/**
 * A login at the Google double, a session that outlives its task, and the audit trail of both, on the service that
 * answers logins.
 */
export async function checkLogin(steps: Steps, plan: StagePlan, fleet: LocalFleet): Promise<void> {
  const owner = plan.services.find(({ key, sessions }) => key === plan.oauth.owner && sessions);
  if (owner === undefined || owner.desiredCount === 0) return;
  const member = new Member(user.sub, createLoopbackFetch(fleet.cloud.authority.ca));
  const server = new URL("/mcp", owner.url);

  const loggedIn = await steps.attempt("login", `Login as ${user.email} at ${owner.key}`, async () => {
    await member.logIn(server);
    return `${await whoAmI(member, server)} by OAuth 2.1 through the Google double`;
  });
  if (!loggedIn) return;
  // Without a Redis the session ends with its task, as the start has said.
  if (fleet.cloud.elastiCache.availability.kind !== "absent") {
    await steps.attempt("session:restart", `A new task of ${owner.key}`, async () => {
      await replaceTasks(fleet, plan, owner);
      return `still logged in as ${await whoAmI(member, server)}, without a new login`;
    });
  }
  await steps.attempt("audit:event", "The audit trail in the Splunk double", async () => {
    const { action, tool } = await findCall(fleet.hec, 10_000);
    return `${action} of ${tool} by ${user.email}`;
  });
}

async function whoAmI(member: Member, server: URL): Promise<string> {
  const client = await member.connect(server);
  try {
    const { content } = v.parse(TextResult, await client.callTool({ name: "whoami", arguments: {} }));
    const who = content[0]?.text ?? "";
    if (who !== user.email) throw new Error(`whoami says ${JSON.stringify(who)}, and ${user.email} logged in.`);
    return who;
  } finally {
    await client.close();
  }
}

const TextResult = v.object({ content: v.array(v.object({ type: v.literal("text"), text: v.string() })) });

async function replaceTasks(fleet: LocalFleet, plan: StagePlan, { key }: ServicePlan): Promise<void> {
  const ecs = new ECSClient(clientSettings(fleet.cloud));
  const began = Date.now();
  await ecs.send(
    new UpdateServiceCommand({
      cluster: names.cluster(plan.stage),
      service: names.service(plan.stage, key),
      forceNewDeployment: true,
    }),
  );
  await awaitRolled(fleet, plan, [key], began);
}

const ToolCall = v.object({
  action: v.literal("tool_call"),
  tool: v.literal("whoami"),
  user: v.object({ email: v.literal(user.email) }),
});

/** Events are sent in batches, so the last ones may be on their way. */
async function findCall(hec: HecDouble, withinMs: number): Promise<v.InferOutput<typeof ToolCall>> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const found = hec.search().find(({ event }) => v.is(ToolCall, event));
    if (found !== undefined) return v.parse(ToolCall, found.event);
    if (Date.now() > deadline) throw new Error(`No audit event of ${user.email} arrived in ${withinMs / 1000} s.`);
    await sleep(50);
  }
}

const Audited = v.object({
  action: v.string(),
  outcome: v.string(),
  tool: v.optional(v.string()),
  user: v.optional(v.object({ email: v.optional(v.string()), id: v.string() })),
});

/** Calls back with one line for each audit event as it arrives. */
export function followAudit(hec: HecDouble, print: (line: string) => void): () => void {
  return hec.onEvent(({ source, event }) => {
    const audited = v.safeParse(Audited, event);
    if (!audited.success) return;
    const { action, outcome, tool, user: who } = audited.output;
    print(`audit  ${source ?? ""}  ${who?.email ?? who?.id ?? "-"}  ${action} ${tool ?? ""}  ${outcome}`);
  });
}
