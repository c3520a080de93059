import { CloudWatchLogsClient, type CloudWatchLogsClientConfig } from "@aws-sdk/client-cloudwatch-logs";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { ServicePlan, StagePlan } from "#fleet";
import type { FailedTask } from "./failed-task.ts";
import { readLastLines } from "./last-lines.ts";
import { readMask } from "./mask.ts";
import { printable } from "./printable.ts";

/** How AWS is reached; every client takes it. */
export type AwsSettings = Pick<CloudWatchLogsClientConfig, "region" | "credentials" | "endpoint" | "profile">;

interface ShownOf {
  readonly plan: StagePlan;
  readonly service: ServicePlan;
  readonly settings: AwsSettings;
}

const columns = 80;
/** Longer lines are cut here. */
const longest = 300;

/**
 * The last lines of a task, with secrets masked.
 *
 * @param chosen those to show of them
 */
export async function showLines(
  { plan, service, settings }: ShownOf,
  task: Pick<FailedTask, "id" | "container">,
  chosen: (lines: readonly string[]) => readonly string[] = (lines) => lines,
): Promise<readonly string[]> {
  const logs = new CloudWatchLogsClient(settings);
  const secrets = new SecretsManagerClient(settings);
  try {
    const lines = chosen(await readLastLines(logs, plan, service, task));
    if (lines.length === 0) return ["  It logged nothing."];
    const mask = await readMask(secrets, plan, service);
    return [`  Its last ${lines.length === 1 ? "line" : `${lines.length} lines`}:`, ...mask(lines).flatMap(logLine)];
  } catch (error) {
    return wrap(`  Its last lines are not shown: they cannot be read and masked here. ${reasonOf(error)}`, "  ");
  } finally {
    logs.destroy();
    secrets.destroy();
  }
}

function logLine(line: string): readonly string[] {
  const text = printable(line);
  const shown = text.length > longest ? `${text.slice(0, longest)}…` : text;
  const width = columns - 4;
  const rows = Math.max(1, Math.ceil(shown.length / width));
  return Array.from({ length: rows }, (_, row) => `  | ${shown.slice(row * width, (row + 1) * width)}`.trimEnd());
}

/** Breaks at spaces, and within what has none. */
export function wrap(text: string, indent: string): readonly string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > columns) {
    const space = rest.lastIndexOf(" ", columns);
    const at = space > indent.length ? space : columns;
    lines.push(rest.slice(0, at));
    rest = indent + rest.slice(at).trimStart();
  }
  return [...lines, rest];
}

/** The missing permission, or the error's name: AWS's own words on secrets never hold a value. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const action = /not authorized to perform: (\S+)/.exec(error.message)?.[1];
  return action === undefined ? `(${error.name})` : `These credentials lack ${action}.`;
}
