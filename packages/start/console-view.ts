import { ECSClient, UpdateServiceCommand } from "@aws-sdk/client-ecs";
import { RotateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { createAws } from "#cli/aws.ts";
import { alarmActions } from "#cli/console/console.ts";
import type { Action } from "#console/model/action.ts";
import type { Chats } from "#console/model/chat.ts";
import type { Audit, Happening } from "#console/model/happening.ts";
import type { Service } from "#console/model/service.ts";
import { auditOf, isFound } from "#console/reading/audit.ts";
import { agent } from "#console/reading/clients.ts";
import { followFleet } from "#console/reading/reader.ts";
import type { FleetActions, FleetView } from "#console/view.ts";
import { names, type StagePlan } from "#fleet";
import { howToDeploy } from "#fleet/deploying.ts";
import { callOf, requestOf } from "./console-happenings.ts";
import { createSilences, type Silences, silenceSeconds } from "./console-silences.ts";
import { clientSettings, type LocalFleet } from "./fleet.ts";

const refusalSeconds = 60;

/**
 * The fleet on this machine as the console sees it, and what the console may do to it.
 * @param plan what was deployed last: the map may be saved while somebody watches
 */
export function createConsoleView(
  fleet: LocalFleet,
  plan: () => StagePlan,
): { readonly view: FleetView; readonly actions: FleetActions } {
  const { cloud, hec } = fleet;
  const reader = followFleet(plan, clientSettings(cloud));
  const splunk = createRefusal(hec);
  const silences = createSilences(plan, fleet.chats);
  return {
    view: {
      stage: plan().stage,
      toDeploy: howToDeploy(plan()),
      services: async () => withPids(await reader.services(), fleet),
      secrets: () => reader.secrets(),
      alarms: () => reader.alarms(),
      tools: (service, span) => reader.tools(service, span),
      findAudits: async (filter) => findAudits(hec, filter),
      chats: async () => withShown(await reader.chats(), fleet),
      splunkRefusesUntil: splunk.until,
      silences: silences.list,
      subscribe: (listener) => subscribe(fleet, plan, listener),
    },
    actions: createActions(fleet, plan, splunk, silences),
  };
}

function subscribe(
  { cloud, hec }: LocalFleet,
  plan: () => StagePlan,
  listener: (happening: Happening) => void,
): () => void {
  const ends = [
    cloud.elbv2.onRequest((report) => listener({ kind: "request", request: requestOf(report, plan(), Date.now()) })),
    hec.onEvent((event) => listener({ kind: "audit", audit: auditOf(event) })),
    cloud.journal.subscribe((entry) => {
      // Otherwise the console's own calls, every second, would drown the rest.
      if (entry.userAgent?.includes(agent) !== true) listener({ kind: "call", call: callOf(entry) });
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
}

/** As many as the page shows, of as many as are looked at in an instant. */
const [auditsShown, auditsSearched] = [100, 20_000];

function findAudits(hec: LocalFleet["hec"], filter: string): readonly Audit[] {
  const found: Audit[] = [];
  for (const event of hec.search().slice(-auditsSearched).toReversed()) {
    const audit = auditOf(event);
    if (isFound(filter, audit) && found.push(audit) === auditsShown) break;
  }
  return found;
}

function withPids(services: readonly Service[], { cloud }: LocalFleet): readonly Service[] {
  const pids = new Map(cloud.ecs.processes().map(({ taskArn, process }) => [idOf(taskArn), process.pid]));
  return services.map((service) => ({
    ...service,
    tasks: service.tasks.map((task) => {
      const pid = pids.get(task.id);
      return pid === undefined ? task : { ...task, pid };
    }),
  }));
}

/** Only a double can be asked what it shows. */
function withShown(read: Chats, { chats }: LocalFleet): Chats {
  if (read.chats.length === 0) return read;
  return {
    ...read,
    page: chats.url,
    chats: read.chats.map((chat) => {
      if (chat.receiver === "email") return chat;
      const messages = chats.list(chat.receiver);
      const edits = messages.reduce((sum, message) => sum + message.edits, 0);
      return { ...chat, shown: { messages: messages.length, edits } };
    }),
  };
}

const idOf = (taskArn: string) => taskArn.slice(taskArn.lastIndexOf("/") + 1);

interface Refusal {
  readonly until: () => number | undefined;
  begin(): void;
  end(): void;
}

function createRefusal(hec: LocalFleet["hec"]): Refusal {
  let until = 0;
  return {
    until: () => (until > Date.now() ? until : undefined),
    begin() {
      hec.setFault({ kind: "forbid", code: 4 }, refusalSeconds);
      until = Date.now() + refusalSeconds * 1000;
    },
    end() {
      hec.clearFault();
      until = 0;
    },
  };
}

function createActions(
  { cloud }: LocalFleet,
  planNow: () => StagePlan,
  splunk: Refusal,
  silences: Silences,
): FleetActions {
  const ecs = new ECSClient(clientSettings(cloud));
  const secrets = new SecretsManagerClient(clientSettings(cloud));
  const aws = createAws(clientSettings(cloud));

  function killTask(id: string): string {
    const processes = cloud.ecs.processes().filter(({ taskArn }) => idOf(taskArn) === id);
    if (processes.length === 0) throw new Error(`Task ${id.slice(0, 8)} has no process: it is gone already.`);
    // SIGKILL: the container crashes as it would on a bad day, without ECS or the balancer knowing.
    for (const { process } of processes) void process.stop(0);
    const pids = processes.map(({ process }) => process.pid).join(", ");
    return `Killed task ${id.slice(0, 8)} (pid ${pids}). ECS starts another in its place.`;
  }

  async function roll(key: string): Promise<string> {
    const plan = planNow();
    if (!plan.services.some((service) => service.key === key)) throw new Error(`The map has no service ${key}.`);
    const service = names.service(plan.stage, key);
    await ecs.send(new UpdateServiceCommand({ cluster: names.cluster(plan.stage), service, forceNewDeployment: true }));
    return `Rolling ${key}: new tasks first, then the old ones drain.`;
  }

  async function rotate(key: string): Promise<string> {
    const plan = planNow();
    const secret = plan.secrets.find((one) => one.key === key);
    if (secret === undefined) throw new Error(`The map has no secret ${key}.`);
    await secrets.send(new RotateSecretCommand({ SecretId: secret.name, RotateImmediately: true }));
    return `Rotating ${key}: a new version is created, tested, and becomes current.`;
  }

  return {
    mode: "actions",
    async perform(action: Action) {
      switch (action.kind) {
        case "kill-task":
          return killTask(action.task);
        case "roll-service":
          return await roll(action.service);
        case "rotate-secret":
          return await rotate(action.secret);
        case "refuse-token":
          splunk.begin();
          return `Splunk answers 403 to every token for ${refusalSeconds} s. Audit events wait and are sent afterwards.`;
        case "accept-token":
          splunk.end();
          return "Splunk accepts tokens again.";
        case "silence-chat":
          silences.begin(action.chat);
          return `${action.chat} answers 500 for ${silenceSeconds} s. Its messages wait in the queue.`;
        case "unsilence-chat":
          silences.end(action.chat);
          return `${action.chat} answers again. Waiting messages arrive with the next attempt, usually within 40 s.`;
        case "acknowledge-alarms":
        case "silence-alarms":
          return await alarmActions({ plan: planNow(), aws }).perform(action);
      }
    },
  };
}
