import * as v from "valibot";
import { closed, expectation } from "../expectation.ts";
import { Alarms } from "./alarm.ts";
import { Command, Environment, Image, Uses } from "./container.ts";
import { dnsLabel, filled, isObject, list, matching, means, variableName, whole } from "./field.ts";
import { Scaling } from "./scaling.ts";
import { Sidecar } from "./sidecar.ts";

const Permission = closed({
  actions: list(v.string(), "IAM actions"),
  resources: list(matching(/^(?:\*|arn:\S+)$/, 'ARNs, or "*"', "Copy the resource's ARN."), "ARNs"),
  reason: filled("why the service needs it", "Name the call in the service's code that needs it."),
});

const sessions = expectation('true, false or "none"', "Say where it keeps its MCP sessions; omit it for false.");
const Part = v.picklist(
  ["owner", "shared"],
  expectation('"owner", "shared" or { rulePriority: number }', 'Remove the field for the default, "shared".'),
);
const OptOut = closed({
  rulePriority: v.number(expectation("a whole number before the shared OAuth rule", "Choose a free priority.")),
});
const Only = closed({ only: list(v.string(), "stages") });
const Except = closed({ except: v.array(v.string()) });

export const Service = closed({
  host: dnsLabel,
  description: v.optional(
    matching(/^[^\n]{1,100}$/, "one line of 1 to 100 characters", "Say what it does, as in a list of servers."),
  ),
  image: Image,
  port: whole(1, 65_535, "", "Use the port the container listens on."),
  cpu: v.number(expectation("CPU units as a number, 1024 to a vCPU", "Write 256 for a quarter of a vCPU.")),
  memory: v.number(expectation("MiB as a number", "Write 512 for half a GiB.")),
  entryPoint: v.optional(Command),
  command: v.optional(Command),
  desiredCount: v.optional(whole(0, 5000, " tasks", "Use 0 to take the service offline.")),
  scaling: v.optional(Scaling),
  capacity: v.optional(v.picklist(["on-demand", "spot"])),
  healthPath: v.optional(
    v.pipe(
      v.string(),
      v.regex(
        /^\/[!-~]{0,1023}$/,
        expectation(
          "a path that begins with /, at most 1,024 ASCII characters, no spaces",
          'Put a / in front, as in "/health"; encode others, as in %20.',
        ),
      ),
    ),
  ),
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Matcher.html
  healthCodes: v.optional(
    matching(
      /^[2-4]\d\d(-[2-4]\d\d)?(,[2-4]\d\d(-[2-4]\d\d)?)*$/,
      "status codes from 200 to 499, such as 200 or 200-299,401",
      "Write them as a target group's matcher.",
      (codes) => codes.split(",").every((range) => Number(range.slice(0, 3)) <= Number(range.slice(-3))),
    ),
  ),
  environment: v.optional(Environment),
  publicVariables: v.optional(list(variableName, "names of variables")),
  secrets: v.optional(Uses),
  sessions: v.optional(v.union([v.boolean(), v.literal("none")], sessions)),
  stickiness: v.optional(
    v.boolean(
      expectation("true or false", "Set true for a server with sessions in memory whose clients keep cookies."),
    ),
  ),
  toolMetrics: v.optional(v.boolean(expectation("true or false", "Set true for a server made from the starter."))),
  audit: v.optional(
    closed({
      source: filled("what Splunk shows as the source", "Name the service as its events should."),
      enabled: v.optional(v.boolean()),
    }),
  ),
  alarms: v.optional(Alarms),
  oauth: v.optional(v.lazy((input) => (isObject(input) ? OptOut : Part))),
  // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
  user: v.optional(
    matching(/^[a-z0-9_][a-z0-9_-]{0,31}(:[a-z0-9_][a-z0-9_-]{0,31})?$/, "a user, or user:group", "Write 1000:1000."),
  ),
  readOnlyRoot: v.optional(v.boolean()),
  mcp: v.optional(v.boolean(expectation("true or false", "Set false for a service that is no MCP server."))),
  probe: v.optional(v.boolean(expectation("true or false", "Set false where the probe shall leave it alone."))),
  architecture: v.optional(v.picklist(["X86_64", "ARM64"])),
  stopTimeout: v.optional(whole(1, 120, " seconds", "Fargate waits at most 120 s.")),
  permissions: v.optional(v.array(Permission, expectation("a list of statements", "Write [{ actions, … }]."))),
  stages: v.optional(v.lazy((input) => (means(input, "except") ? Except : Only))),
  shard: v.optional(whole(1, 50, "", "Omit it: services are spread by key.")),
  sidecar: v.optional(Sidecar),
  local: v.optional(closed({ command: Command })),
});
