import { parseEnv } from "node:util";
import type { SecretPlan } from "#fleet";
import { type ExitCode, UsageError } from "../failure.ts";
import type { Stage } from "../stage.ts";
import { readSource } from "./input.ts";
import { rolledBy } from "./rolls.ts";
import { putKeys } from "./set.ts";
import { currentKeys, type SecretKeys } from "./value.ts";

/** Sets what a `.env` file has for the secrets of the map, one version for each secret. */
export async function importKeys(stage: Stage, file: string, consent: "ask" | "agreed"): Promise<ExitCode> {
  const { terminal, plan } = stage;
  const values = await readValues(stage, "import", file, (name) =>
    plan.secrets.some(({ keys }) => Object.hasOwn(keys, name)),
  );
  const shares = await sharesOf(stage, values);
  const unused = Object.keys(values).filter((name) => shares.every(({ given }) => !Object.hasOwn(given, name)));
  if (unused.length > 0) terminal.note(`Left out, as no secret of the map has such a key: ${nameable(unused)}.`);
  if (shares.length === 0)
    throw new UsageError(`${file} has no key of the secrets of ${plan.stage}: fleet secrets list, then get-keys.`);
  if (consent === "ask" && terminal.interactive) {
    for (const { secret, given } of shares) terminal.note(`${secret.name}: ${Object.keys(given).join(", ")}`);
    const rolled = [...new Set(shares.flatMap(({ secret }) => rolledBy(plan, secret)))];
    const answer = await terminal.ask(`Set them${rolled.length > 0 ? `, and roll ${rolled.join(", ")}` : ""} (y/N)? `);
    if (!/^y(es)?$/i.test(answer.trim())) {
      terminal.print("Nothing was changed.");
      return 1;
    }
  }
  // One after the other: where one fails, it is plain which came before it.
  for (const { secret, ...keys } of shares) await putKeys(stage, secret, keys, "current");
  return 0;
}

/** A line of a broken file may be part of a value: it is not repeated unless it looks like a name. */
export function nameable(words: readonly string[]): string {
  const plain = words.filter((word) => /^[A-Z][A-Z0-9_]{0,60}$/.test(word));
  const others = words.length - plain.length;
  return [...plain, ...(others > 0 ? [`${others} that ${others === 1 ? "is" : "are"} no name`] : [])].join(", ");
}

/**
 * An empty value is a line of a template that nobody filled in.
 * @param word the word of the command line before the file
 * @param isWanted of the others nothing is set, however they are written
 */
export async function readValues(
  stage: Pick<Stage, "stdin" | "terminal">,
  word: string,
  file: string,
  isWanted: (name: string) => boolean,
): Promise<SecretKeys> {
  const text = await readSource(stage, word, file);
  const unclear = unclearNames(text).filter(isWanted);
  if (unclear.length > 0)
    throw new UsageError(
      `${word} ${file}: the value of ${unclear.join(", ")} can be read in two ways (a name twice, a # outside quotes, or a quote inside): write it once, in quotes of another kind. Nothing was changed.`,
    );
  const parsed = Object.entries(parseEnv(text));
  const filled = parsed.filter((pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== "");
  const empty = parsed.length - filled.length;
  if (empty > 0) stage.terminal.note(`${empty} ${empty === 1 ? "name has" : "names have"} no value: left out.`);
  return Object.fromEntries(filled);
}

const assignment = /^[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*=[ \t]*(?:(["'`])[\s\S]*?\2(.*)|(.*))$/gm;

/** Those of which Node's parser would keep a part without a word: a password may well have a `#` or a quote in it. */
function unclearNames(text: string): readonly string[] {
  const seen = new Set<string>();
  const found = [...text.matchAll(assignment)].flatMap(([, name = "", quote, behind = "", bare = ""]) => {
    const isSecond = seen.has(name);
    seen.add(name);
    const isClear = quote === undefined ? !/^["'`]|\S#/.test(bare) : /^\s*(#.*)?$/.test(behind);
    return isClear && !isSecond ? [] : [name];
  });
  return [...new Set(found)];
}

/** What each secret has, and what it gets. */
async function sharesOf(stage: Stage, values: SecretKeys) {
  const wanted = stage.plan.secrets
    .map((secret) => ({ secret, given: pick(secret, values) }))
    .filter(({ given }) => Object.keys(given).length > 0);
  return Promise.all(
    wanted.map(async (share) => ({ ...share, before: (await currentKeys(stage, share.secret)) ?? {} })),
  );
}

function pick({ keys }: SecretPlan, values: SecretKeys): SecretKeys {
  return Object.fromEntries(Object.entries(values).filter(([name]) => Object.hasOwn(keys, name)));
}
