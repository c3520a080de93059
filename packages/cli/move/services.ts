import type { ServicePlan, StagePlan } from "#fleet";
import { sessionVariables } from "#fleet/session-environment.ts";
import { tlsPolicy } from "#fleet/tls.ts";
import { type Finding, listed } from "./finding.ts";
import { type Container, type Resource, resourcesOf, type TerraformFile } from "./terraform.ts";

/** Where the map says otherwise than what runs. No value of a variable is told: it may be a secret in clear. */
export function judgeServices(plan: StagePlan, file: TerraformFile): readonly Finding[] {
  const running = resourcesOf(file, "aws_ecs_task_definition").flatMap(({ values }) =>
    values.container_definitions.map((container) => ({ container, values })),
  );
  const keys = new Set(plan.services.map(({ key }) => key));
  const missing = running.filter(({ container }) => !keys.has(container.name)).map(({ container }) => container.name);
  return [
    ...(missing.length === 0
      ? []
      : [
          differs(
            `Terraform runs ${listed(missing)}, and stage ${plan.stage} does not.`,
            "Add an entry under services, by the name of its container.",
          ),
        ]),
    ...plan.services.flatMap((service) => {
      const found = running.find(({ container }) => container.name === service.key);
      return found === undefined ? [newService(service)] : judgeTask(plan, service, found);
    }),
    ...judgeListeners(plan, file),
  ];
}

const differs = (evidence: string, remedy: string): Finding => ({
  before: "deploy",
  verdict: "differs",
  evidence,
  remedy,
});

function newService({ key, url }: ServicePlan): Finding {
  return differs(
    `${key} is new, and anybody could reach it at ${url}.`,
    `If it has no login, or is not meant for everybody, leave it out: services.${key}.stages.`,
  );
}

type Task = Extract<Resource, { readonly type: "aws_ecs_task_definition" }>["values"];

function judgeTask(
  { stage, redis, secrets }: StagePlan,
  service: ServicePlan,
  { container, values }: { readonly container: Container; readonly values: Task },
): readonly Finding[] {
  const { key } = service;
  const sizes = [
    ["image", container.image, service.image],
    ["cpu", values.cpu, String(service.cpu)],
    ["memory", values.memory, String(service.memory)],
    ["port", String(container.portMappings?.[0]?.containerPort ?? service.port), String(service.port)],
  ].flatMap(([field, was, is]) => (was === is ? [] : [`${field} (${was ?? "none"}, here ${is})`]));
  const theirs = new Map((container.environment ?? []).map(({ name, value }) => [name, value]));
  const injected = service.sessions ? sessionVariables : [];
  const theirSecrets = (container.secrets ?? []).map(({ name }) => name);
  const ourSecrets = service.secrets.map((use) => use.key);
  const ours = new Set([...Object.keys(service.environment), ...injected, ...ourSecrets]);
  const lacking = [...theirs.keys(), ...theirSecrets].filter((name) => !ours.has(name));
  const others = Object.entries(service.environment).flatMap(([name, value]) =>
    theirs.has(name) && theirs.get(name) !== value ? [name] : [],
  );
  const keys = ourSecrets.filter((name) => !theirSecrets.includes(name) && !theirs.has(name));
  const random = new Set(
    secrets.flatMap((one) => Object.entries(one.keys).flatMap(([name, kind]) => ("randomBytes" in kind ? [name] : []))),
  );
  const unreadable = keys.filter((name) => random.has(name));
  return [
    ...(sizes.length === 0
      ? []
      : [
          differs(
            `${key} has another ${sizes.join(", ")} than Terraform's.`,
            `If that is not meant, correct services.${key}.`,
          ),
        ]),
    ...(lacking.length === 0
      ? []
      : [
          differs(
            `${key} has no ${listed(lacking)}, which Terraform's containers have.`,
            `Add what it needs to services.${key}.environment, or to its secrets.`,
          ),
        ]),
    ...(others.length === 0
      ? []
      : [
          differs(
            `${key} has other values of ${listed(others)} than Terraform's.`,
            `If that is not meant, correct services.${key}.`,
          ),
        ]),
    ...(redis.snapshot === undefined || unreadable.length === 0
      ? []
      : [
          differs(
            `${key} gets ${listed(unreadable)}, which Terraform's containers do not have: what those encrypted in ${redis.snapshot} cannot be read with them, and every login ends.`,
            `Leave that secret out of services.${key}.secrets until everybody may log in again; or copy the keys, if the old containers have them elsewhere, before the switch of ${stage}.`,
          ),
        ]),
  ];
}

function judgeListeners({ oauth }: StagePlan, file: TerraformFile): readonly Finding[] {
  const policies = resourcesOf(file, "aws_lb_listener").flatMap(({ values }) => values.ssl_policy || []);
  const otherPolicies = [...new Set(policies.filter((policy) => policy !== tlsPolicy))];
  const paths = resourcesOf(file, "aws_lb_listener_rule").flatMap(({ values }) =>
    (values.condition ?? []).flatMap(({ path_pattern }) => (path_pattern ?? []).flatMap((one) => one.values)),
  );
  const otherPaths = [...new Set(paths)].filter((path) => oauth?.paths.includes(path) !== true);
  return [
    ...(otherPolicies.length === 0
      ? []
      : [
          differs(
            `Terraform's balancer has the TLS policy ${listed(otherPolicies)}, and the stage's ${tlsPolicy}.`,
            "See that your clients speak TLS 1.2 or 1.3; packages/fleet/tls.ts has the policy.",
          ),
        ]),
    ...(otherPaths.length === 0
      ? []
      : [
          differs(
            `Terraform's rules have the paths ${listed(otherPaths)}, which oauth.paths has not.`,
            "Add those of the login to oauth.paths.",
          ),
        ]),
  ];
}
