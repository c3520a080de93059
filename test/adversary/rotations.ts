import { LimitExceededException } from "@aws-sdk/client-secrets-manager";
import type { RotationEvent } from "#rotation/steps/event.ts";
import type { Dice } from "./dice.ts";
import type { Functions } from "./functions.ts";
import type { SecretsManager } from "./secrets-manager.ts";
import { minute, second, type Time } from "./time.ts";

const steps = ["createSecret", "setSecret", "testSecret", "finishSecret"] as const;

export interface RotationsPorts {
  readonly time: Time;
  readonly dice: Dice;
  readonly secrets: SecretsManager;
  readonly functions: Functions;
  readonly attempts: number;
}

/** Secrets Manager's side of rotations: it calls the four steps, tries again a few times, and leaves it at that. */
export class Rotations {
  readonly #ports: RotationsPorts;
  /** Tokens of rotations that are being worked on. */
  readonly #active = new Set<string>();

  constructor(ports: RotationsPorts) {
    this.#ports = ports;
  }

  /** `RotateSecret`. `incomplete`: a previous rotation is not, and is attempted again. */
  rotate(secret: string): "begun" | "incomplete" | "off" | "refused" {
    const { secrets } = this.#ports;
    if (!secrets.state(secret).rotates) return "off";
    const begin = beginning(() => secrets.beginRotation(secret));
    if (begin === undefined) return "refused";
    const { token, begun } = begin;
    if (!this.#active.has(token)) void this.#drive(secret, token);
    return begun ? "begun" : "incomplete";
  }

  /** `CancelRotateSecret`: AWSPENDING stays where it is. */
  cancel(secret: string): void {
    this.#ports.secrets.setRotation(secret, false);
  }

  /** A deploy turns it on again, without rotating: only the test is called, with a copy. */
  async resume(secret: string): Promise<"resumed" | "incomplete" | "refused"> {
    const { secrets, functions } = this.#ports;
    secrets.setRotation(secret, true);
    const begin = beginning(() => secrets.beginRotation(secret, secrets.holder(secret, "AWSCURRENT")?.text));
    if (begin === undefined) return "refused";
    const { token, begun } = begin;
    if (!begun) return "incomplete";
    await functions.rotate(this.#event(secret, token, "testSecret"));
    if (secrets.holder(secret, "AWSPENDING")?.id === token) {
      secrets.moveLabel({ SecretId: secret, VersionStage: "AWSPENDING", RemoveFromVersionId: token });
    }
    return "resumed";
  }

  async #drive(secret: string, token: string): Promise<void> {
    const { time, dice, attempts } = this.#ports;
    this.#active.add(token);
    for (let attempt = 1; attempt <= attempts; attempt++) {
      if ((await this.#attempt(secret, token)) === "over") break;
      await time.sleep(dice.spread(30 * second, 40 * minute));
    }
    this.#active.delete(token);
  }

  async #attempt(secret: string, token: string): Promise<"over" | "failed"> {
    for (const step of steps) {
      if (!this.#isUnderWay(secret, token)) return "over";
      if ((await this.#ports.functions.rotate(this.#event(secret, token, step))) === "failed") return "failed";
    }
    return "over";
  }

  #isUnderWay(secret: string, token: string): boolean {
    const { versions, rotates } = this.#ports.secrets.state(secret);
    const labels = versions.find(({ id }) => id === token)?.labels ?? [];
    return rotates && (labels.includes("AWSPENDING") || labels.includes("AWSCURRENT"));
  }

  #event(secret: string, token: string, Step: RotationEvent["Step"]): RotationEvent {
    return {
      Step,
      SecretId: `arn:aws:secretsmanager:eu-west-1:123456789012:secret:${secret}-AbCdEf`,
      ClientRequestToken: token,
    };
  }
}

/** `undefined` where a quota stands against it. */
function beginning<T>(begin: () => T): T | undefined {
  try {
    return begin();
  } catch (error) {
    if (error instanceof LimitExceededException) return undefined;
    throw error;
  }
}
