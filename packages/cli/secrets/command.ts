import { examples, type Parent, type Runner, stageCommand } from "../command.ts";
import { parseDuration } from "../duration.ts";
import { checkKeys, findSecret } from "./find.ts";

const secretWords = "its key in the map, or its name in Secrets Manager";

export function addSecrets(parent: Parent, runner: Runner): void {
  const secrets = parent.command("secrets").description("what Secrets Manager holds for the fleet, without its values");
  addList(secrets, runner);
  addGetKeys(secrets, runner);
  addSet(secrets, runner);
  addStage(secrets, runner);
  addRotate(secrets, runner);
  addHistory(secrets, runner);
}

function addList(secrets: Parent, runner: Runner): void {
  stageCommand(secrets, "list", "every secret of the map: who uses it, since when, and its rotation")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `
STATE: settled, rotating (a new value is made), rolling (services take it up),
stuck (a person is needed: docs/rotation.md), missing (not deployed), no value.`,
    )
    .action((options) =>
      runner.onStage(options, async (stage) => {
        const { listSecrets } = await import("./list.ts");
        return listSecrets(stage, options.json ? "json" : "text");
      }),
    );
}

function addGetKeys(secrets: Parent, runner: Runner): void {
  stageCommand(secrets, "get-keys", "which keys a secret has, and which are still placeholders")
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
  stageCommand(secrets, "set", "puts values in place: asked for without echo, or from a file")
    .argument("<secret>", secretWords)
    .argument("[keys...]", "which of its keys; each in turn unless told")
    .option("--from-file <file>", "where the value is; - is a pipe")
    .option("--candidate", "for the next rotation, which proves it before it is current")
    .addHelpText(
      "after",
      `
A value is never an argument: the shell would remember it. For one key the file
is the value, but for one line break at its end; for several, or none named, it
is a JSON object of texts. Other keys stay. What reads the secret then rolls.
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

function addStage(secrets: Parent, runner: Runner): void {
  stageCommand(secrets, "stage", "moves a label to a version: back to an older value, by default")
    .argument("<secret>", secretWords)
    .argument("<version>", "its id, or how it begins: see fleet secrets history")
    .option("--label <label>", "the label to move", "AWSCURRENT")
    .option("-y, --yes", "do not ask before services roll (asked at a terminal only)")
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
  stageCommand(secrets, "rotate", "rotates now, as the schedule would")
    .argument("<secret>", secretWords)
    .option("-w, --wait", "stay until the new version is current; exit code 1 when it is not")
    .option("--timeout <time>", "how long --wait waits", "5m")
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
  stageCommand(secrets, "history", "its versions with their labels, the newest first")
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
