import { examples, type Parent, type Runner, stageCommand } from "../command.ts";
import { parseDuration } from "../duration.ts";
import { checkKeys, findSecret } from "./find.ts";

const secretWords = "its key in the map, or its name in Secrets Manager";

export function addSecrets(parent: Parent, runner: Runner): void {
  const secrets = parent.command("secrets").description("the fleet's secrets in Secrets Manager, never their values");
  addList(secrets, runner);
  addGetKeys(secrets, runner);
  addSet(secrets, runner);
  addImport(secrets, runner);
  addStage(secrets, runner);
  addRotate(secrets, runner);
  addHistory(secrets, runner);
}

function addList(secrets: Parent, runner: Runner): void {
  stageCommand(secrets, "list", "every secret of the map: its state, its rotation, and what uses it")
    .argument("[secrets...]", `only these: ${secretWords}`)
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `
STATE: settled, rotating (a new value is being made), rolling (services are
moving to it), stuck (needs a person: docs/rotation.md), missing (not
deployed), deleted (scheduled for deletion), no value.`,
    )
    .action((wanted, options) =>
      runner.onStage(
        options,
        async (stage) => {
          const { listSecrets } = await import("./list.ts");
          return listSecrets(stage, wanted, options.json ? "json" : "text");
        },
        (plan) => wanted.map((secret) => findSecret(plan, secret)),
      ),
    );
}

function addGetKeys(secrets: Parent, runner: Runner): void {
  stageCommand(secrets, "get-keys", "show a secret's keys, and which are still placeholders")
    .argument("<secret>", secretWords)
    .option("--json", "as JSON")
    .action((secret, options) =>
      runner.onStage(
        options,
        async (stage) => {
          const { showKeys } = await import("./keys.ts");
          return showKeys(stage, findSecret(stage.plan, secret), options.json ? "json" : "text");
        },
        (plan) => findSecret(plan, secret),
      ),
    );
}

function addSet(secrets: Parent, runner: Runner): void {
  stageCommand(secrets, "set", "set values: typed without echo, or from a file")
    .argument("<secret>", secretWords)
    .argument("[keys...]", "which of its keys (default: each in turn)")
    .option("--from-file <file>", "read the value from a file; - reads a pipe")
    .option("--candidate", "stage it for the next rotation, which tests it first")
    .addHelpText(
      "after",
      `
A value is never an argument: the shell would remember it. For one key the file
is the value, minus one trailing line break; for several, or none named, it is a
JSON object of strings. Other keys stay. Services that use the secret then roll.
${examples(
  "fleet secrets set splunk SPLUNK_HEC_TOKEN",
  "fleet secrets set splunk SPLUNK_HEC_TOKEN --from-file token.txt",
  "pass splunk | fleet secrets set splunk SPLUNK_HEC_TOKEN --from-file -",
)}`,
    )
    .action((secret, keys, { fromFile: file, candidate = false, ...options }) =>
      runner.onStage(
        options,
        async (stage) => {
          const { setKeys } = await import("./set.ts");
          return setKeys(stage, findSecret(stage.plan, secret), { keys, file, candidate });
        },
        (plan) => checkKeys(findSecret(plan, secret), keys),
      ),
    );
}

function addImport(secrets: Parent, runner: Runner): void {
  stageCommand(secrets, "import", "set values from a .env file: each name is a key of the map's secrets")
    .argument("<file>", "lines of NAME=value; - reads a pipe")
    .option("-y, --yes", "do not ask first (only asked at a terminal)")
    .addHelpText(
      "after",
      `
Names that are no key of a secret are listed and left out; one that is a key of
several secrets is set in each. Values are never shown. Services that use a
changed secret then roll.
${examples("fleet secrets import .env --stage prod")}`,
    )
    .action((file, { yes = false, ...options }) =>
      runner.onStage(options, async (stage) => {
        const { importKeys } = await import("./import.ts");
        return importKeys(stage, file, yes ? "agreed" : "ask");
      }),
    );
}

function addStage(secrets: Parent, runner: Runner): void {
  stageCommand(secrets, "stage", "move a label to a version; by default, go back to an older value")
    .argument("<secret>", secretWords)
    .argument("<version>", "its id or the start of it: see fleet secrets history")
    .option("--label <label>", "the label to move", "AWSCURRENT")
    .option("-y, --yes", "do not ask before services roll (only asked at a terminal)")
    .addHelpText("after", examples("fleet secrets history splunk", "fleet secrets stage splunk 0cc44518"))
    .action((secret, version, { label, yes = false, ...options }) =>
      runner.onStage(
        options,
        async (stage) => {
          const { moveLabel } = await import("./label.ts");
          return moveLabel(stage, findSecret(stage.plan, secret), { version, label, agreed: yes });
        },
        (plan) => findSecret(plan, secret),
      ),
    );
}

function addRotate(secrets: Parent, runner: Runner): void {
  stageCommand(secrets, "rotate", "rotate now, as the schedule would")
    .argument("<secret>", secretWords)
    .option("-w, --wait", "wait until the new version is current; exit with 1 if it is not")
    .option("--timeout <time>", "limit for --wait", "5m")
    .addHelpText("after", examples("fleet secrets rotate splunk --wait"))
    .action((secret, { wait = false, timeout, ...options }) =>
      runner.onStage(
        options,
        async (stage) => {
          const { rotate } = await import("./rotate.ts");
          return rotate(stage, findSecret(stage.plan, secret), wait ? parseDuration("--timeout", timeout) : undefined);
        },
        (plan) => [findSecret(plan, secret), parseDuration("--timeout", timeout)],
      ),
    );
}

function addHistory(secrets: Parent, runner: Runner): void {
  stageCommand(secrets, "history", "list its versions with their labels, newest first")
    .argument("<secret>", secretWords)
    .option("--json", "as JSON")
    .action((secret, options) =>
      runner.onStage(
        options,
        async (stage) => {
          const { showHistory } = await import("./history.ts");
          return showHistory(stage, findSecret(stage.plan, secret), options.json ? "json" : "text");
        },
        (plan) => findSecret(plan, secret),
      ),
    );
}
