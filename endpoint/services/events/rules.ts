import { AwsError } from "#endpoint/core/errors.ts";
import type { Place } from "#endpoint/core/ports.ts";
import { type Pattern, parsePattern } from "./pattern.ts";
import { parseSchedule, type Schedule } from "./schedule.ts";
import { checkInput, type Target, targetKind } from "./target.ts";

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const MAX_TARGETS = 5;
export const DEFAULT_BUS = "default";

export interface RuleSettings {
  readonly eventPattern: string | undefined;
  readonly scheduleExpression: string | undefined;
  readonly description: string | undefined;
  readonly roleArn: string | undefined;
  readonly enabled: boolean;
}

export interface Rule extends RuleSettings {
  readonly name: string;
  readonly bus: string;
  readonly arn: string;
  readonly pattern: Pattern | undefined;
  readonly schedule: Schedule | undefined;
  readonly targets: ReadonlyMap<string, Target>;
}

export interface Bus {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly rules: Map<string, Rule>;
  /** Of its policy, by their id. Other accounts, which they would let in, do not exist here. */
  readonly statements: Map<string, object>;
}

export interface Rules {
  readonly buses: ReadonlyMap<string, Bus>;
  /** By name or ARN. */
  find(nameOrArn: string): Bus | undefined;
  /** By name or ARN. Throws `ResourceNotFoundException`. */
  bus(nameOrArn: string | undefined): Bus;
  createBus(name: string): Bus;
  deleteBus(name: string): void;
  /** Creates or replaces; targets stay. Throws `ValidationException`, `InvalidEventPatternException`. */
  put(name: string, busName: string | undefined, settings: RuleSettings): Rule;
  get(name: string, busName: string | undefined): Rule;
  enable(name: string, busName: string | undefined, enabled: boolean): Rule;
  putTargets(rule: Rule, targets: readonly Target[]): Rule;
  removeTargets(rule: Rule, ids: readonly string[]): Rule;
  /** Throws `ValidationException` while it has targets; a rule that is not there is deleted already. */
  delete(name: string, busName: string | undefined): void;
}

export function createRules(place: Place, now: () => number): Rules {
  const prefix = `arn:aws:events:${place.region}:${place.account}`;
  const newBus = (name: string): Bus => ({
    name,
    arn: `${prefix}:event-bus/${name}`,
    createdAt: now(),
    rules: new Map(),
    statements: new Map(),
  });
  const buses = new Map([[DEFAULT_BUS, newBus(DEFAULT_BUS)]]);

  const nameOf = (nameOrArn: string) => nameOrArn.slice(nameOrArn.lastIndexOf("/") + 1);
  const find = (nameOrArn: string): Bus | undefined => buses.get(nameOf(nameOrArn));
  const bus = (nameOrArn = DEFAULT_BUS): Bus => {
    const found = find(nameOrArn);
    if (found === undefined) throw notFound(`Event bus ${nameOf(nameOrArn)} does not exist.`);
    return found;
  };
  const get = (name: string, busName: string | undefined): Rule => {
    const rule = bus(busName).rules.get(name);
    if (rule === undefined) throw notFound(`Rule ${name} does not exist on EventBus ${bus(busName).name}.`);
    return rule;
  };
  const keep = (rule: Rule): Rule => {
    bus(rule.bus).rules.set(rule.name, rule);
    return rule;
  };

  return {
    buses,
    find,
    bus,
    get,
    createBus(name) {
      if (buses.has(name)) {
        throw new AwsError("ResourceAlreadyExistsException", `Event bus ${name} already exists.`);
      }
      const created = newBus(name);
      buses.set(name, created);
      return created;
    },
    deleteBus(name) {
      if (name === DEFAULT_BUS) throw validation("Cannot delete event bus default.");
      buses.delete(name);
    },
    put(name, busName, settings) {
      const on = bus(busName);
      const isDefault = on.name === DEFAULT_BUS;
      const arn = `${prefix}:rule/${isDefault ? name : `${on.name}/${name}`}`;
      const targets = on.rules.get(name)?.targets ?? new Map<string, Target>();
      return keep({ ...settings, name, arn, bus: on.name, targets, ...triggers(settings, isDefault) });
    },
    enable: (name, busName, enabled) => keep({ ...get(name, busName), enabled }),
    putTargets(rule, targets) {
      for (const one of targets) {
        targetKind(one);
        checkInput(one);
      }
      const all = new Map([...rule.targets, ...targets.map((one): [string, Target] => [one.Id, one])]);
      if (all.size > MAX_TARGETS) {
        throw new AwsError("LimitExceededException", "The requested resource exceeds the maximum number allowed.");
      }
      return keep({ ...rule, targets: all });
    },
    removeTargets(rule, ids) {
      return keep({ ...rule, targets: new Map([...rule.targets].filter(([id]) => !ids.includes(id))) });
    },
    delete(name, busName) {
      const { rules } = bus(busName);
      if ((rules.get(name)?.targets.size ?? 0) > 0) throw validation("Rule can't be deleted since it has targets.");
      rules.delete(name);
    },
  };
}

function triggers({ eventPattern, scheduleExpression }: RuleSettings, onDefaultBus: boolean) {
  if (eventPattern === undefined && scheduleExpression === undefined) {
    throw validation("Parameter(s) EventPattern or ScheduleExpression must be specified.");
  }
  if (scheduleExpression !== undefined && !onDefaultBus) {
    throw validation("ScheduleExpression is supported only on the default event bus.");
  }
  const schedule = scheduleExpression === undefined ? undefined : parseSchedule(scheduleExpression);
  if (scheduleExpression !== undefined && schedule === undefined) {
    throw validation("Parameter ScheduleExpression is not valid.");
  }
  return { schedule, pattern: eventPattern === undefined ? undefined : parsePattern(eventPattern) };
}

function notFound(message: string): AwsError {
  return new AwsError("ResourceNotFoundException", message);
}

function validation(message: string): AwsError {
  return new AwsError("ValidationException", message);
}
