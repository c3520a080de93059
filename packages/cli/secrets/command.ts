import { type Parent, type Runner, stageCommand } from "../command.ts";
import { findSecret } from "./read.ts";

export function addSecrets(parent: Parent, runner: Runner): void {
  const secrets = parent.command("secrets").description("what Secrets Manager holds for the fleet, without its values");

  stageCommand(secrets, "list", "every secret of the map: who uses it, since when, and its rotation")
    .option("--json", "as JSON")
    .action((options) =>
      runner.onStage(options, async (stage) => {
        const { listSecrets } = await import("./list.ts");
        return listSecrets(stage, options.json ? "json" : "text");
      }),
    );

  stageCommand(secrets, "get-keys", "which keys a secret has, and which are still placeholders")
    .argument("<secret>", "its key in the map")
    .option("--json", "as JSON")
    .action((secret, options) =>
      runner.onStage(options, async (stage) => {
        const { showKeys } = await import("./keys.ts");
        return showKeys(stage, findSecret(stage.plan, secret), options.json ? "json" : "text");
      }),
    );

  stageCommand(secrets, "set", "puts a value in place: asked for without echo, or from a file")
    .argument("<secret>", "its key in the map")
    .argument("<key>", "one of its keys")
    .option("--from-file <file>", "where the value is; - is standard input; one line break at its end is dropped")
    .action((secret, key, options) =>
      runner.onStage(options, async (stage) => {
        const { setKey } = await import("./set.ts");
        return setKey(stage, findSecret(stage.plan, secret), key, options.fromFile);
      }),
    );

  stageCommand(secrets, "stage", "moves a label to a version: by default AWSCURRENT")
    .argument("<secret>", "its key in the map")
    .argument("<version>", "its id, or how it begins")
    .option("--label <label>", "the label to move", "AWSCURRENT")
    .action((secret, version, options) =>
      runner.onStage(options, async (stage) => {
        const { moveLabel } = await import("./label.ts");
        return moveLabel(stage, findSecret(stage.plan, secret), version, options.label);
      }),
    );

  stageCommand(secrets, "rotate", "rotates now, as the schedule would")
    .argument("<secret>", "its key in the map")
    .option("-w, --wait", "stay until the new version is current; exit code 1 when it is not")
    .action((secret, options) =>
      runner.onStage(options, async (stage) => {
        const { rotate } = await import("./rotate.ts");
        return rotate(stage, findSecret(stage.plan, secret), options.wait ?? false);
      }),
    );

  stageCommand(secrets, "history", "its versions with their labels, the newest first")
    .argument("<secret>", "its key in the map")
    .option("--json", "as JSON")
    .action((secret, options) =>
      runner.onStage(options, async (stage) => {
        const { showHistory } = await import("./history.ts");
        return showHistory(stage, findSecret(stage.plan, secret), options.json ? "json" : "text");
      }),
    );
}
