import { resolveNs } from "node:dns/promises";
import { createReadStream } from "node:fs";
import { type ExitCode, Failure, UsageError } from "../failure.ts";
import { isMissing } from "../file.ts";
import type { Stage } from "../stage.ts";
import { columns, fold } from "../table.ts";
import type { Paint } from "../terminal.ts";
import { type Account, readAccount } from "./account.ts";
import { type Finding, type Step, steps, verdicts } from "./finding.ts";
import { judgeLeftBehind } from "./left-behind.ts";
import { judgeNames } from "./names.ts";
import { judgeRecords } from "./records.ts";
import { judgeServices } from "./services.ts";
import { judgeTakenOver } from "./taken-over.ts";
import { parseTerraform, type TerraformFile } from "./terraform.ts";

/**
 * Says what of a Terraform set-up meets the stage, in the order of the move; 1 if something collides, or could not be
 * asked: what was not looked at may collide.
 */
export async function checkMove(stage: Stage, name: string, format: "text" | "json"): Promise<ExitCode> {
  const { plan, terminal } = stage;
  const file = parseTerraform(name === "-" ? "standard input" : name, await readWhole(stage, name));
  const account = await readAccount(stage, file, plan.runsOn === "loopback" ? undefined : resolveNs);
  const findings = judgeMove(plan, file, account);
  if (format === "json") {
    const { unasked } = account;
    terminal.print(JSON.stringify({ stage: plan.stage, source: file.kind, findings, unasked }, undefined, 2));
  } else {
    for (const line of showFindings(findings, terminal.paint)) terminal.print(line);
    for (const line of account.unasked) terminal.note(line);
    if (account.unasked.length > 0)
      terminal.note("Ask again with credentials that may: what was not checked may collide.");
  }
  return findings.some(({ verdict }) => verdict === "collides") || account.unasked.length > 0 ? 1 : 0;
}

/** In the order of the steps, and in each what collides first. */
export function judgeMove(plan: Stage["plan"], file: TerraformFile, account: Account): readonly Finding[] {
  const found: readonly Finding[] = [
    ...file.unread.map(
      (address): Finding => ({
        before: "deploy",
        verdict: "do",
        evidence: `${address} could not be read: it has not the attributes that AWS's provider gives it.`,
        remedy: "Look at it yourself; `terraform refresh` brings old attributes up to date.",
      }),
    ),
    ...account.obstacles.map(
      ({ evidence, remedy }): Finding => ({ before: "deploy", verdict: "collides", evidence, remedy }),
    ),
    ...judgeNames(plan, file),
    ...judgeRecords(plan, file, account),
    ...judgeTakenOver(plan, file, account),
    ...judgeServices(plan, file),
    ...judgeLeftBehind(plan, file, account),
  ];
  const place = ({ before, verdict }: Finding) => steps.indexOf(before) * verdicts.length + verdicts.indexOf(verdict);
  return found.toSorted((one, other) => place(one) - place(other));
}

const headings: Readonly<Record<Step, string>> = {
  deploy: "Before the stage is deployed",
  switch: "Before its records get a weight",
  destroy: "Before Terraform destroys the old set-up",
};

function showFindings(findings: readonly Finding[], paint: Paint): readonly string[] {
  const colors = { collides: paint.red, adopt: paint.cyan, differs: paint.yellow, do: paint.yellow, ok: paint.green };
  const start = 10;
  const lines = steps.flatMap((step) => {
    const own = findings.filter(({ before }) => before === step);
    return own.length === 0 ? [] : [paint.bold(headings[step]), ...own.flatMap(showOne), ""];
  });
  const collisions = findings.filter(({ verdict }) => verdict === "collides").length;
  return [...lines, `${collisions} ${collisions === 1 ? "collision" : "collisions"}`];

  function showOne({ verdict, evidence, remedy }: Finding): readonly string[] {
    const [first = "", ...more] = fold(evidence, columns - start);
    const what = remedy === undefined ? [] : fold(`→ ${remedy}`, columns - start);
    return [
      `${colors[verdict](verdict.padEnd(start))}${first}`,
      ...[...more, ...what].map((line) => `${" ".repeat(start)}${line}`),
    ];
  }
}

const mostBytes = 64 * 1024 * 1024;

async function readWhole({ stdin }: Stage, name: string): Promise<string> {
  if (name === "-" && stdin.isTTY === true) throw new UsageError("move check - reads a pipe: name the file.");
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of name === "-" ? stdin : createReadStream(name)) {
      const bytes = Buffer.from(chunk);
      size += bytes.length;
      if (size > mostBytes)
        throw new Failure(`${name} has more than ${mostBytes / 1024 / 1024} MiB, and that much is read at most.`);
      chunks.push(bytes);
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new UsageError(`move check ${name}: ${isMissing(error) ? "no such file" : "it cannot be read"}.`);
  }
  return Buffer.concat(chunks).toString("utf8");
}
