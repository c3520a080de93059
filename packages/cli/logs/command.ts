import type { StagePlan } from "#fleet";
import { examples, type Parent, type Runner, stageCommand } from "../command.ts";
import { parseDuration } from "../duration.ts";
import { UsageError } from "../failure.ts";
import { findService } from "../stage.ts";
import { type Level, levels } from "./line.ts";
import type { Tail } from "./tail.ts";

export function addLogs(parent: Parent, runner: Runner): void {
  stageCommand(parent, "logs", "show what services' tasks write, in one stream")
    .argument("[service...]", "keys in the map, or host labels (default: all)")
    .option("-f, --follow", "keep showing new lines until Ctrl-C")
    .option("--since <time>", "how far back: 30s, 15m, 2h, 1d (default: 10m; 1d with --tail, --task or --previous)")
    .option("-n, --tail <lines>", "only the newest so many of them")
    .option("--level <level>", `only ${levels.join(", ")} and worse; lines without a level are kept`)
    .option("--task <id>", "only of this task: its id, or the start of it")
    .option("--previous", "only of the task that failed last")
    .option("--filter <pattern>", "CloudWatch filter pattern: HEC, or '{ $.level = error }'")
    .option("--health-checks", "also lines that only say a health check passed")
    .option("--json", "one JSON object per line")
    .addHelpText(
      "after",
      `
A line shows time (UTC), task and message, then fields. On a terminal long lines
are cut, errors and warnings folded; a pipe and --json get all of them.
${examples(
  "fleet logs google_workspace --follow",
  "fleet logs --since 1h --level error",
  "fleet logs google_workspace --previous --tail 50",
)}`,
    )
    .action((wanted, options) =>
      runner.onStage(
        options,
        async (stage) => {
          const { tailLogs } = await import("./tail.ts");
          const { findPrevious } = await import("./source.ts");
          const tail = parseTail(stage.plan, wanted, options);
          await tailLogs(stage, options.previous ? { ...tail, ...(await findPrevious(stage, tail.services)) } : tail);
          return 0;
        },
        (plan) => parseTail(plan, wanted, options),
      ),
    );
}

interface Options {
  readonly follow?: true | undefined;
  readonly since?: string | undefined;
  readonly tail?: string | undefined;
  readonly level?: string | undefined;
  readonly task?: string | undefined;
  readonly previous?: true | undefined;
  readonly filter?: string | undefined;
  readonly healthChecks?: true | undefined;
  readonly json?: true | undefined;
}

function parseTail(plan: StagePlan, wanted: readonly string[], options: Options): Tail {
  const isFar = options.tail !== undefined || options.task !== undefined || options.previous === true;
  const named = new Set(wanted.map((name) => findService(plan, name)));
  return {
    services: named.size === 0 ? plan.services : [...named],
    sinceMs: parseDuration("--since", options.since ?? (isFar ? "1d" : "10m")),
    filter: options.filter,
    task: options.task,
    lines: parseCount(options.tail),
    level: parseLevel(options.level),
    healthChecks: options.healthChecks ? "shown" : "hidden",
    follow: options.follow ?? false,
    format: options.json ? "json" : "text",
  };
}

function parseCount(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,6}$/.test(text)) throw new UsageError(`--tail ${text}: use a number of lines, such as 100.`);
  return Number(text);
}

function parseLevel(text: string | undefined): Level | undefined {
  if (text === undefined) return undefined;
  const level = levels.find((one) => one === text.toLowerCase());
  if (level === undefined) throw new UsageError(`--level ${text}: use ${levels.join(", ")}.`);
  return level;
}
