import { ECSClient, UpdateServiceCommand } from "@aws-sdk/client-ecs";
import { createLoopbackFetch } from "@mcp-fleet/endpoint";
import type { GoogleUser } from "@mcp-fleet/endpoint/doubles/google";
import type { HecDouble } from "@mcp-fleet/endpoint/doubles/hec";
import * as v from "valibot";
import { readLoginMetadata } from "#evidence/login-metadata.ts";
import { names, type ServicePlan, type StagePlan } from "#fleet";
import { Member } from "./client/member.ts";
import { userAt, usesGoogle } from "./doubles.ts";
import { clientSettings, type LocalFleet } from "./fleet.ts";
import { poll } from "./poll.ts";
import { awaitRolled } from "./rollout.ts";
import type { Steps } from "./steps.ts";

/**
 * A login at the Google double, and a session that outlives its task, on the service that answers logins.
 * @returns the services with a logged-in user
 */
export async function checkLogin(steps: Steps, plan: StagePlan, fleet: LocalFleet): Promise<ServicePlan | undefined> {
  const fetch = createLoopbackFetch(fleet.cloud.authority.ca);
  const service = await findLogin(plan, fetch);
  if (service === undefined) {
    steps.leaveOut("Login", "no service requires one at Google");
    return undefined;
  }
  const user = userAt(service, fleet.users);
  const member = new Member(user.sub, fetch);
  const server = new URL("/mcp", service.url);

  const loggedIn = await steps.attempt("login", `Login as ${user.email} at ${service.key}`, async () => {
    await member.logIn(server);
    return `${await whoAmI(member, server, user)} by OAuth 2.1 through the Google double`;
  });
  if (!loggedIn) return undefined;
  const restart = `A new task of ${service.key}`;
  if (!service.sessions) steps.leaveOut(restart, "its entry keeps no sessions");
  else {
    await steps.attempt("session:restart", restart, async () => {
      await replaceTasks(fleet, plan, service);
      return `still logged in as ${await whoAmI(member, server, user)}, without a new login`;
    });
  }
  return service;
}

/**
 * The owner of the shared OAuth rule is asked first, and nobody whose people log in elsewhere than at Google: this machine
 * has no account there.
 */
async function findLogin({ services, oauth }: StagePlan, using: typeof fetch): Promise<ServicePlan | undefined> {
  const running = services.filter((service) => service.desiredCount > 0 && service.mcp && usesGoogle(service));
  for (const service of running.toSorted(
    (one, other) => Number(other.key === oauth?.owner) - Number(one.key === oauth?.owner),
  )) {
    if ((await readLoginMetadata(using, new URL("/mcp", service.url))).kind !== "no-login") return service;
  }
  return undefined;
}

/**
 * The starter's own tool returns the caller; another server's tools can at least be listed, which also needs a login.
 */
async function whoAmI(member: Member, server: URL, user: GoogleUser): Promise<string> {
  const client = await member.connect(server);
  try {
    const { tools } = await client.listTools();
    if (!tools.some(({ name }) => name === "whoami")) return user.email;
    const { content } = v.parse(TextResult, await client.callTool({ name: "whoami", arguments: {} }));
    const who = content[0]?.text ?? "";
    if (who !== user.email) throw new Error(`whoami says ${JSON.stringify(who)}, but ${user.email} logged in.`);
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

/**
 * An event of each audited service, and who it was where somebody logged in. They are sent in batches, so the last may
 * be on their way.
 */
export async function checkAudit(
  steps: Steps,
  plan: StagePlan,
  { hec, users }: LocalFleet,
  visited: ServicePlan | undefined,
): Promise<void> {
  const audited = plan.services.filter(
    ({ environment, desiredCount }) => environment.AUDIT_LOG_ENABLED === "true" && desiredCount > 0,
  );
  if (audited.length === 0) return steps.leaveOut("The audit trail", "no running service has one");
  await steps.attempt("audit:event", "The audit trail in the Splunk double", async () => {
    const eventsOf = (service: ServicePlan) =>
      hec
        .search({ source: service.environment.SPLUNK_SOURCE ?? "" })
        .filter(
          ({ event }) => service.key !== visited?.key || JSON.stringify(event).includes(userAt(service, users).email),
        );
    await poll(() => {
      const silent = audited.filter((service) => eventsOf(service).length === 0);
      return silent.length === 0 ? undefined : `no audit event of ${silent.map(({ key }) => key).join(", ")} arrived`;
    }, 10_000);
    return audited.map((service) => `${eventsOf(service).length} events of ${service.key}`).join(", ");
  });
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
