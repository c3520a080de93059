import { pc } from "./output.ts";

/** One thing `npm start` did. The ids are stable: scripts read them. */
export interface Step {
  readonly id: string;
  readonly ok: boolean;
  readonly ms: number;
  readonly detail: string;
}

export class StepFailed extends Error {
  override readonly name = "StepFailed";
  readonly step: Step;

  constructor(step: Step) {
    super(`${step.id}: ${step.detail}`);
    this.step = step;
  }
}

export interface Steps {
  readonly all: readonly Step[];
  /** Runs one step; its return value describes the outcome. Throws `StepFailed`, after recording it. */
  run(id: string, title: string, work: (note: (text: string) => void) => Promise<string>): Promise<void>;
  /** As `run`, but a failure is only recorded and printed: the steps after it are still worth running. */
  attempt(id: string, title: string, work: (note: (text: string) => void) => Promise<string>): Promise<boolean>;
  /** Reports why a step does not apply to this map. */
  leaveOut(title: string, why: string): void;
}

export function createSteps(print: (line: string) => void): Steps {
  const all: Step[] = [];

  async function perform(
    id: string,
    title: string,
    work: (note: (text: string) => void) => Promise<string>,
  ): Promise<Step> {
    const began = performance.now();
    print(`${pc.cyan("▸")} ${title}…`);
    const finish = (ok: boolean, detail: string): Step => {
      const step = { id, ok, ms: Math.round(performance.now() - began), detail };
      all.push(step);
      const seconds = pc.dim(`${(step.ms / 1000).toFixed(1)} s`);
      print(ok ? `${pc.green("✔")} ${title}: ${detail} ${seconds}` : `${pc.red("✘")} ${title} ${seconds}\n  ${detail}`);
      return step;
    };
    try {
      return finish(true, await work((text) => print(pc.dim(`    ${text}`))));
    } catch (error) {
      return finish(false, error instanceof Error ? error.message : String(error));
    }
  }

  return {
    all,
    async run(id, title, work) {
      const step = await perform(id, title, work);
      if (!step.ok) throw new StepFailed(step);
    },
    async attempt(id, title, work) {
      return (await perform(id, title, work)).ok;
    },
    leaveOut: (title, why) => print(pc.dim(`– ${title}: skipped, ${why}`)),
  };
}
