import type { StagePlan } from "#fleet";
import type { Standing } from "#probe/standing.ts";
import { currentSince, type FailureFacts, runsOnOlder } from "./facts.ts";
import type { FleetFacts } from "./fleet.ts";
import { findTroubles } from "./troubles.ts";

const iso = (time: number | undefined) => (time === undefined ? null : new Date(time).toISOString());

function probeOf(standing: Standing | undefined) {
  if (standing === undefined) return null;
  const { state, since, reason = null, tools } = standing;
  return { state, since: iso(since), reason, tools: tools?.count ?? null };
}

/** What `--json` prints: times in ISO 8601, names as in AWS, and no value of any secret. */
export function statusDocument({ stage, region }: StagePlan, fleet: FleetFacts, now: number) {
  const troubles = findTroubles(fleet, now);
  return {
    stage,
    region,
    well: troubles.length === 0,
    troubles,
    ringing: fleet.ringing.map((alarm) => ({ ...alarm, since: iso(alarm.since) })),
    mutes: fleet.mutes.map((mute) => ({ ...mute, since: iso(mute.since), until: iso(mute.until) })),
    probe: fleet.probe === undefined ? null : { lastRound: iso(fleet.probe.lastRound) },
    services: fleet.services.map(({ plan, service, tasks, targets, secrets, failure }) => ({
      key: plan.key,
      url: plan.url,
      deployed: service !== undefined,
      desired: service?.desired ?? 0,
      running: service?.running ?? 0,
      pending: service?.pending ?? 0,
      deployments: (service?.deployments ?? []).map((one) => ({ ...one, createdAt: iso(one.createdAt) })),
      targets: targets ?? null,
      probe: probeOf(fleet.probe?.standings.get(plan.key)),
      failure: failure === undefined ? null : failureDocument(failure),
      tasks: tasks.map((task) => ({
        ...task,
        createdAt: iso(task.createdAt),
        startedAt: iso(task.startedAt),
        olderSecrets: secrets.filter((secret) => runsOnOlder(task, secret)).map(({ key }) => key),
      })),
      secrets: secrets.map((secret) => ({
        key: secret.key,
        name: secret.name,
        currentVersion: secret.versions.find(({ labels }) => labels.includes("AWSCURRENT"))?.id ?? null,
        currentSince: iso(currentSince(secret)),
      })),
    })),
  };
}

function failureDocument({ exitCode, task, at, ...failure }: FailureFacts) {
  return { ...failure, exitCode: exitCode ?? null, task: task ?? null, at: iso(at) };
}
