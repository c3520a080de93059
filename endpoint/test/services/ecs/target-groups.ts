import { AwsError } from "#endpoint/core/errors.ts";
import type { Target, TargetHealth, TargetRegistry } from "#endpoint/core/ports.ts";

interface Registration {
  readonly group: string;
  readonly target: Target;
  health: TargetHealth;
  readonly end: () => void;
}

/** Target groups that ask `/health` every 20 ms: two answers alike decide. Registrations in order, for the tests. */
export function createTargetGroups() {
  const registrations = new Map<string, Registration>();
  const history: string[] = [];
  const deleted = new Set<string>();
  /** How many targets were healthy after each change. */
  const healthy: number[] = [];
  const listeners = new Set<(group: string, target: Target, health: TargetHealth) => void>();
  const keyOf = (group: string, target: Target) => `${group} ${target.port}`;

  const count = () => healthy.push([...registrations.values()].filter((one) => one.health === "healthy").length);

  const change = (registration: Registration, health: TargetHealth) => {
    if (registration.health === health) return;
    registration.health = health;
    count();
    for (const listener of listeners) listener(registration.group, registration.target, health);
  };

  const probe = async (registration: Registration) => {
    const { port } = registration.target;
    const answer = await fetch(`http://127.0.0.1:${port}/health`).catch(() => undefined);
    if (answer?.ok) change(registration, "healthy");
    // A process that does not listen yet is starting, one that answers with an error is unhealthy.
    else if (answer) change(registration, "unhealthy");
  };

  const registry: TargetRegistry = {
    register(group, target) {
      const timer = setInterval(() => void probe(registration), 20);
      const registration: Registration = { group, target, health: "initial", end: () => clearInterval(timer) };
      registrations.set(keyOf(group, target), registration);
      history.push(`register ${target.port}`);
    },
    async deregister(group, target) {
      registrations.get(keyOf(group, target))?.end();
      registrations.delete(keyOf(group, target));
      history.push(`deregister ${target.port}`);
      count();
    },
    health(group, target) {
      if (deleted.has(group)) throw new AwsError("TargetGroupNotFound", `Target group '${group}' not found`);
      return registrations.get(keyOf(group, target))?.health ?? "unused";
    },
    healthDescription: () => "Health checks failed with these codes: [500]",
    onHealthChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const ports = () => [...registrations.values()].map(({ target }) => target.port);
  return { registry, history, healthy, ports, delete: (group: string) => deleted.add(group) };
}
