import * as v from "valibot";
import { Failure } from "../failure.ts";

const text = v.string();
const name = v.object({ name: text });
const several = <const S extends v.GenericSchema>(schema: S) => v.nullish(v.array(schema), []);
const setting = v.pipe(v.union([v.string(), v.number()]), v.transform(String));

/** What is compared of a container. Values of variables may be secrets in clear: they are compared, and never shown. */
const Container = v.object({
  name: text,
  image: text,
  environment: several(v.object({ name: text, value: text })),
  secrets: several(name),
  portMappings: several(v.object({ containerPort: v.number() })),
});
export type Container = v.InferOutput<typeof Container>;

const resource = <const T extends string, const E extends v.ObjectEntries>(type: T, values: E) =>
  v.object({ address: text, type: v.literal(type), values: v.object(values) });

/**
 * The resources that a move is about, and of each what it needs. A secret's versions, which hold its values, are not
 * among them, and nothing else of the file is kept.
 */
const Resource = v.variant("type", [
  resource("aws_route53_zone", { zone_id: text, name: text }),
  resource("aws_route53_record", {
    fqdn: text,
    type: text,
    set_identifier: v.nullish(text),
    weighted_routing_policy: several(v.object({ weight: v.number() })),
  }),
  resource("aws_lb", { name: text, enable_deletion_protection: v.nullish(v.boolean(), false) }),
  resource("aws_lb_listener", { ssl_policy: v.nullish(text) }),
  resource("aws_lb_listener_rule", {
    condition: several(v.object({ path_pattern: several(v.object({ values: v.array(text) })) })),
  }),
  resource("aws_lb_target_group", { name: text }),
  resource("aws_ecs_cluster", { name: text }),
  resource("aws_ecs_service", { name: text, desired_count: v.nullish(v.number()) }),
  resource("aws_ecs_task_definition", {
    cpu: v.nullish(setting),
    memory: v.nullish(setting),
    container_definitions: v.pipe(text, v.parseJson(), v.array(Container)),
  }),
  resource("aws_cloudwatch_log_group", { name: text }),
  resource("aws_cloudwatch_metric_alarm", { alarm_name: text }),
  resource("aws_elasticache_replication_group", {
    replication_group_id: text,
    node_type: v.nullish(text),
    num_cache_clusters: v.nullish(v.number()),
    final_snapshot_identifier: v.nullish(text),
  }),
  resource("aws_secretsmanager_secret", { name: text, arn: text }),
  resource("aws_sns_topic", { name: text, arn: text }),
  resource("aws_eip", { id: text, public_ip: text }),
  resource("aws_nat_gateway", { allocation_id: v.nullish(text) }),
  resource("aws_ecr_repository", { name: text }),
]);
export type Resource = v.InferOutput<typeof Resource>;
const known = new Set<string>(Resource.options.map(({ entries }) => entries.type.literal));

/** What a plan would do to a resource: `delete`, then `create`, is a replacement; `forget` leaves it where it is. */
export interface PlannedChange {
  readonly address: string;
  readonly type: string;
  readonly actions: readonly string[];
}

export interface TerraformFile {
  readonly kind: "state" | "plan";
  readonly resources: readonly Resource[];
  /** Addresses of resources that the move is about, and that have not the attributes of AWS's provider. */
  readonly unread: readonly string[];
  readonly changes: readonly PlannedChange[];
}

/** The resources of a type. */
export function resourcesOf<T extends Resource["type"]>(
  { resources }: Pick<TerraformFile, "resources">,
  type: T,
): readonly Extract<Resource, { readonly type: T }>[] {
  return resources.filter((one): one is Extract<Resource, { readonly type: T }> => one.type === type);
}

/** `terraform state pull`. https://developer.hashicorp.com/terraform/internals/json-format describes the other two. */
const State = v.object({
  version: v.literal(4),
  resources: v.array(
    v.object({
      module: v.optional(text, ""),
      mode: text,
      type: text,
      name: text,
      instances: v.array(
        v.object({ index_key: v.nullish(v.union([text, v.number()])), attributes: v.nullish(v.unknown()) }),
      ),
    }),
  ),
});
const Shown = v.object({ address: text, mode: text, type: text, values: v.nullish(v.unknown()) });
interface Module {
  readonly resources?: readonly v.InferOutput<typeof Shown>[] | undefined;
  readonly child_modules?: readonly Module[] | undefined;
}
const Module: v.GenericSchema<unknown, Module> = v.object({
  resources: v.optional(v.array(Shown)),
  child_modules: v.optional(v.array(v.lazy(() => Module))),
});
/** An empty one has no values. */
const Values = v.object({
  format_version: text,
  values: v.optional(v.object({ root_module: Module }), { root_module: {} }),
});
const Plan = v.object({
  prior_state: v.optional(Values),
  resource_changes: v.array(
    v.object({ address: text, mode: text, type: text, change: v.object({ actions: v.array(text) }) }),
  ),
});

const most = 20_000;
const howTo = "Write it with `terraform state pull`, or `terraform show -json` of a state or a plan.";

/**
 * The text of a state (version 4), or what `terraform show -json` prints of a state or a plan.
 * @throws {Failure} for another text, without a word of it: a state holds secrets
 */
export function parseTerraform(file: string, json: string): TerraformFile {
  const parsed = v.safeParse(v.pipe(text, v.parseJson()), json);
  if (!parsed.success) throw new Failure(`${file} is not JSON. ${howTo}`);
  const [plan, state, shown] = [
    v.safeParse(Plan, parsed.output),
    v.safeParse(State, parsed.output),
    v.safeParse(Values, parsed.output),
  ];
  if (plan.success) {
    const { prior_state, resource_changes } = plan.output;
    const changes = resource_changes
      .filter(({ mode }) => mode === "managed")
      .map(({ address, type, change }) => ({ address, type, actions: change.actions }));
    return { kind: "plan", ...read(file, prior_state ? flat(prior_state.values.root_module) : []), changes };
  }
  if (state.success) return { kind: "state", ...read(file, instancesOf(state.output)), changes: [] };
  if (shown.success) return { kind: "state", ...read(file, flat(shown.output.values.root_module)), changes: [] };
  throw new Failure(`${file} is no state of version 4 and no plan of Terraform. ${howTo}`);
}

type Raw = v.InferOutput<typeof Shown>;

function flat({ resources = [], child_modules = [] }: Module): readonly Raw[] {
  return [...resources, ...child_modules.flatMap(flat)];
}

function instancesOf({ resources }: v.InferOutput<typeof State>): readonly Raw[] {
  return resources.flatMap(({ module, mode, type, name: own, instances }) =>
    instances.map(({ index_key, attributes }) => {
      const path = [module, type, own].filter((part) => part !== "").join(".");
      const index = index_key === undefined || index_key === null ? "" : `[${JSON.stringify(index_key)}]`;
      return { address: `${path}${index}`, mode, type, values: attributes };
    }),
  );
}

function read(file: string, all: readonly Raw[]): Pick<TerraformFile, "resources" | "unread"> {
  const wanted = all.filter(({ mode, type }) => mode === "managed" && known.has(type));
  if (wanted.length > most)
    throw new Failure(`${file} has ${wanted.length} resources that a move is about, and ${most} are read at most.`);
  const resources: Resource[] = [];
  const unread: string[] = [];
  for (const one of wanted) {
    const parsed = v.safeParse(Resource, one);
    if (parsed.success) resources.push(parsed.output);
    else unread.push(one.address);
  }
  return { resources, unread };
}
