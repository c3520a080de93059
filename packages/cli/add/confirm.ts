import { Failure, UsageError } from "../failure.ts";
import type { Surroundings } from "../stage.ts";

/** @throws {UsageError | Failure} unless somebody says yes */
export async function confirm(
  { terminal }: Pick<Surroundings, "terminal">,
  yes: boolean | undefined,
  question: string,
): Promise<void> {
  if (yes === true) return;
  if (!terminal.interactive) throw new UsageError(`${question} Cannot ask without a terminal: say yes with --yes.`);
  if (!(await isAgreed(terminal, question))) throw new Failure("Nothing was changed.");
}

export async function isAgreed(terminal: Surroundings["terminal"], question: string): Promise<boolean> {
  return /^y(?:es)?$/i.test((await terminal.ask(`${question} [y/N] `)).trim());
}
