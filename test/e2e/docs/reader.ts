import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { takePort } from "@mcp-fleet/loopback/ports.ts";
import { expect } from "vitest";
import type { FleetDefinition } from "#fleet";
import type { Block } from "../../docs/blocks.ts";
import { commandsOf, exportsOf, fleetWords } from "../../docs/commands.ts";
import { operatorOf } from "../../stage/operator.ts";
import { missingPrograms, recipeEnvironment, strictShell } from "../../stage/recipes.ts";
import type { FleetStage } from "../../stage/stage.ts";
import { freePorts, start } from "../../stage/start.ts";
import { keys, sitAt } from "./keyboard.ts";
import { createPlaceholders } from "./placeholders.ts";

export interface ReaderOptions {
  readonly stage: FleetStage;
  readonly name: string;
  readonly map: FleetDefinition;
  /** Commands that have been run on this stage as they are printed, one a line: each is run once in all documents. */
  readonly alreadyRun: Set<string>;
}

/** Runs a document's blocks, one after the other. */
export interface Reader {
  /** @throws {Error} where a command ends otherwise than the document says */
  follow(block: Block): Promise<void>;
  /** Until every secret that was changed or told to rotate has come to rest. */
  settle(): Promise<void>;
}

/** What stays until it is ended, and the words with which it says that it is up. */
const lasting: readonly (readonly [RegExp, string])[] = [[/\bnpx node packages\/\w+\/main\.ts$/, "Listening."]];

/**
 * Node's own pipes are sockets, which /dev/stdout cannot be opened as: `cat` stands between. What the command said comes
 * over stderr, its exit code over stdout.
 */
const piped = '{ { "$@" 2>&1; echo "$?" >&3; } | cat >&2; } 3>&1';

/** One reader a document: what it exports holds until its end. */
export async function createReader({ stage, name, map, alreadyRun }: ReaderOptions): Promise<Reader> {
  const { folder } = stage.project;
  const fleet = operatorOf(stage, map);
  const placeholders = createPlaceholders(stage, name);
  const shell = { ...(await recipeEnvironment(stage)), ...surroundings(stage) };
  let exported: Readonly<Record<string, string>> = { FLEET_STAGE: name };

  const runFleet = async (words: readonly string[]): Promise<number | null> => {
    const [command = "", what = "", ...rest] = words;
    const asks = command === "shell" || (what === "set" && !words.includes("--from-file"));
    if (asks && missingPrograms.includes("script")) return 0;
    // A file that is named is one of the project's folder, where the reader's shell is.
    if (words.includes("--from-file") || what === "import" || command === "move")
      return runBash(`./fleet ${words.join(" ")}`, { ...shell, ...exported }, folder);
    if (command === "secrets" && what === "set") return answer(words, rest);
    const stop = new AbortController();
    const { code, out, err } = await fleet(words, {
      env: exported,
      signal: stop.signal,
      ...(words.includes("--follow") && { onLine: () => stop.abort() }),
      ...(command === "shell" && !words.includes("--") && { stdin: "exit\n" }),
    });
    if (code !== 0) told = `${err}${out}`;
    return code;
  };
  let told = "";
  /** The stage is the same, whether it is exported or named. */
  const essence = (command: string) => command.replace(` --stage ${name}`, "");
  /** What is asked for is answered with the value in use. */
  const answer = async (words: readonly string[], [secret = "", ...others]: readonly string[]) => {
    const keyboard = sitAt(stage, `./fleet ${words.join(" ")}`, { ...shell, ...exported });
    for (const key of others.filter((one) => /^[A-Z_]+$/.test(one))) {
      await keyboard.see(new RegExp(`${key}.*: $`));
      keyboard.type(`${await placeholders.inUse(`/${name}/mcp/${secret}`, key)}${keys.enter}`);
    }
    const { code } = await keyboard.exited;
    told = keyboard.shown();
    return code;
  };
  const runOne = async (command: string): Promise<number | null> => {
    const words = fleetWords(command);
    if (words !== undefined) return runFleet(words);
    if (command.startsWith("export ")) return 0;
    if (command === "npm start") return startAndEnd(stage);
    return runBash(command, { ...shell, ...exported }, folder);
  };

  const rotated = new Map<string, string | undefined>();

  return {
    async settle() {
      for (const [id, before] of rotated) await placeholders.awaitRotated(id, before);
    },
    async follow({ file, line, language, text, treatment }) {
      if (language === "json") JSON.parse(text);
      if (language === "ts" && text.startsWith("import ")) {
        // Node keeps imports as they are written: one of a name that a module does not have fails.
        await writeFile(join(folder, "packages", "slack", "documented.ts"), text);
        const code = await runBash("npx node packages/slack/documented.ts", shell, folder);
        expect(code, `${file}:${line}: ${text}\n${told}`).toBe(0);
      }
      if (language !== "bash" || treatment.kind === "excused") return;
      const commands = commandsOf(await placeholders.fill(text));
      exported = { ...exported, ...exportsOf(commands) };
      if (commands.every((command) => alreadyRun.has(essence(command)))) return;
      const words = new Set(commands.join(" ").split(/[\s(|]+/));
      if (text.includes("completion bash")) words.add("bash");
      if (missingPrograms.some((program) => words.has(program))) return;
      const separate = commands.every((command) => fleetWords(command) !== undefined || !/^\w+=|\$\w/.test(command));
      const separately = commands.filter((command) => !alreadyRun.has(essence(command)));
      for (const command of separate ? separately : [commands.join("\n")]) {
        told = "";
        const [, id] = /rotate-secret --secret-id (\S+)/.exec(command) ?? [];
        if (id !== undefined) rotated.set(id, await placeholders.currentVersion(id));
        const code = await runOne(command);
        const expected = command === commands.at(-1) ? treatment.exitCode : 0;
        expect(code, `${file}:${line}: ${command}\n${told}`).toBe(expected);
        if (fleetWords(command) !== undefined) alreadyRun.add(essence(command));
      }
    },
  };

  async function runBash(script: string, env: Record<string, string>, cwd: string): Promise<number | null> {
    const words = lasting.find(([command]) => command.test(script))?.[1];
    if (words !== undefined) return untilItSays(script, words, { ...env, PORT: String(await takePort()) }, cwd);
    return new Promise((resolve) => {
      execFile("sh", ["-c", piped, "sh", ...strictShell, script], { env, cwd, timeout: 60_000 }, (_, code, said) => {
        told = said;
        resolve(code === "" ? null : Number(code));
      });
    });
  }
}

async function untilItSays(script: string, words: string, env: Record<string, string>, cwd: string) {
  const [shell, ...args] = strictShell;
  const server = spawn(shell, [...args, `exec env ${script}`], {
    env,
    cwd,
    stdio: ["ignore", "pipe", "inherit"],
    // As in a terminal, where Ctrl-C reaches npx and what it runs.
    detached: true,
  });
  // When nobody holds its output any more: npx may leave before the server does.
  const ended = once(server, "close");
  let said = "";
  server.stdout.on("data", (data: Buffer) => {
    const before = said.includes(words);
    said += data.toString();
    if (!before && said.includes(words) && server.pid !== undefined) process.kill(-server.pid, "SIGINT");
  });
  await ended;
  expect(said).toContain(words);
  // Ctrl-C is how it is meant to end.
  return server.exitCode === 130 || server.signalCode === "SIGINT" ? 0 : server.exitCode;
}

/** What `npm start` runs, until its endpoint is open. */
async function startAndEnd({ project }: FleetStage): Promise<number | null> {
  const { said, kill, exited } = start(project, [...freePorts, "--console-port", "0"]);
  await said("✔ AWS-compatible endpoint");
  kill("SIGINT");
  // Ctrl-C before the fleet is up is not a success of `npm start`.
  return (await exited).code === 1 ? 0 : 1;
}

/** What `fleet` and `curl` need to know of this fleet, whose ports are not the usual ones. */
function surroundings({ cloud, url }: FleetStage): Record<string, string> {
  return { MCP_FLEET_HTTPS_PORT: url("any").port, CURL_CA_BUNDLE: cloud.authority.caPath };
}
