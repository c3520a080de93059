import type { Notice } from "./people.ts";
import type { Scene } from "./scene.ts";
import { crashesOn } from "./service.ts";
import type { HecToken, Stack } from "./splunk.ts";
import { hour } from "./time.ts";
import { idOf, tokenIn } from "./values.ts";
import type { Version } from "./versions.ts";
import { line } from "./wire.ts";

/** Sees each thing that must never happen, at the moment it happens. */
export class Witness {
  readonly #scene: Scene;
  /** What people were told, all in one. */
  #told = "";

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  currentMoved(key: string, { id, text }: Version): void {
    const token = tokenIn(text);
    this.#scene.note(`${key}: current is ${id.slice(0, 8)} (${token?.slice(0, 8) ?? "no token"})`);
    // What is in use now is no leftover of others any more.
    if (token !== undefined) this.#scene.adopted.delete(token);
    // People may put back what they like.
    const isOurs = line.getStore() !== undefined;
    if (isOurs && token !== undefined && this.#scene.stacks.get(key)?.isBeingRevoked(token)) {
      this.#scene.accuse("went-back", key, `${token.slice(0, 8)} is being revoked`);
    }
  }

  /** Before a call to disable or delete it has an effect. */
  revoking(key: string, { token, name, revoking }: HecToken): void {
    const scene = this.#scene;
    scene.note(`${key}: ${name} is being revoked`);
    const user = scene.alive().find(({ task }) => [...task.held.values()].some((text) => tokenIn(text) === token));
    if (user !== undefined && !revoking) scene.accuse("in-use", key, `${name} is used by ${user.service}`);
    if (scene.adopted.has(token)) scene.accuse("adopted", key, name);
    for (const tell of scene.whenRevoking.splice(0)) tell();
  }

  /** A mark is for good, and so has to be right. */
  rejected(key: string, id: string): void {
    const { secrets, stacks, plot } = this.#scene;
    const isFlaky = plot.faults.some(({ kind }) => kind === "flaky" || kind === "hanging");
    const { versions } = secrets.state(idOf(key));
    const version = versions.find((one) => one.id === id && one.labels.some((label) => label.endsWith(id)));
    const isRecent = version !== undefined && this.#scene.time.now() - version.createdAt < 20 * hour;
    if (isFlaky || !isRecent || crashesOn(version.text)) return;
    const token = stacks.get(key)?.tokens.find((one) => one.token === tokenIn(version.text));
    if (token === undefined || token.revoking || !token.applied) return;
    // Handed to revocation before it was put back.
    const isFormer = versions.some((one) => one.id !== id && one.text === version.text);
    if (isFormer && secrets.holder(idOf(key), "revoking") !== undefined) return;
    const since = versions.filter((one) => one.createdAt > version.createdAt && one.text !== undefined);
    const base = tokenIn(secrets.holder(idOf(key), "AWSCURRENT")?.text);
    if (since.length > 0 && base !== token.token) return;
    // Of two new values that a service fails on, nobody can tell which it was.
    const isShared = plot.setting.services
      .filter((service) => service.secrets.includes(key))
      .some((service) => service.secrets.some((other) => crashesOn(secrets.holder(idOf(other), "AWSCURRENT")?.text)));
    if (isShared) return;
    this.#scene.accuse("wronged", key, `${token.name} works`);
  }

  told(notice: Notice): void {
    const { subject: key, outcome, text, versionId } = notice;
    this.#scene.note(`told ${outcome} of ${key}: ${text}`);
    if (!saysRevoked(text)) {
      this.#told += text;
      return;
    }
    const stack = this.#scene.stacks.get(key);
    const untrue = stack === undefined ? "nothing revokes its values" : this.#untrue(key, stack, versionId);
    if (untrue !== undefined) this.#scene.accuse("false", key, untrue);
    this.#told += text;
  }

  /** What of the secret's tokens from before this version was not seen refused. */
  #untrue(key: string, stack: Stack, versionId: string): string | undefined {
    const { secrets } = this.#scene;
    const { versions } = secrets.state(idOf(key));
    // What it says is said of this version's value, though people may have put another in the meantime.
    const subject = versions.find(({ id }) => id === versionId);
    const held = ["AWSCURRENT", "AWSPENDING", "candidate"].map((label) => secrets.holder(idOf(key), label));
    const kept = new Set([subject, ...held].map((version) => tokenIn(version?.text)));
    const at = subject?.createdAt ?? 0;
    const old = versions.filter(
      ({ id, labels, createdAt }) => labels.length > 0 && createdAt <= at && id !== versionId,
    );
    const retired = new Set(old.map(({ text }) => tokenIn(text)));
    for (const { token, name, disabled, deleted } of stack.tokens) {
      if (!retired.has(token) || kept.has(token)) continue;
      // People were asked before to delete that one.
      if (this.#told.includes(name) || this.#told.includes(token.slice(0, 8))) continue;
      if (!disabled && !deleted) return `${name} is accepted still`;
      if (!stack.seenRefused.has(token)) return `${name} was not seen refused`;
    }
    return undefined;
  }
}

function saysRevoked(text: string): boolean {
  return /(?<!nothing |none )\b(?:is|are|was|were|been) revoked\b/.test(text);
}
