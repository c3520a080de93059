import type { SecretEntry } from "../map.ts";
import type { SettlePorts } from "./ports.ts";

/** Its message is for people: it quotes nothing. */
export class NoRoom extends Error {
  override readonly name = "NoRoom";
}

/** Notes something on a secret, in whatever room there is. */
export async function keep(
  { id, key }: SecretEntry,
  name: string,
  value: string,
  { store }: SettlePorts,
): Promise<void> {
  if ((await store.tag(id, name, value)) === "tagged") return;
  throw new NoRoom(`${key} has as many tags and labels as AWS allows: remove a tag that nobody needs.`);
}
