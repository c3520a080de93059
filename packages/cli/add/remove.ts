import type { FleetDefinition } from "#fleet";
import { didYouMean } from "#fleet/nearest.ts";
import { UsageError } from "../failure.ts";
import { type Surroundings, someOf } from "../stage.ts";
import { confirm } from "./confirm.ts";
import { openMapFile } from "./map-file.ts";
import { removeEntry } from "./map-source.ts";

export async function removeService(
  surroundings: Surroundings,
  key: string,
  options: { readonly yes?: boolean | undefined },
): Promise<void> {
  const { terminal, project, readMap, hold } = surroundings;
  const file = await openMapFile(project);
  const before = await readMap();
  if (!Object.hasOwn(before.services, key)) {
    const known = Object.keys(before.services);
    const has = someOf(known.map((name) => ({ key: name })));
    throw new UsageError(`No service ${key} in fleet.config.ts: it has ${has}. ${didYouMean(key, known)}`.trimEnd());
  }
  const without = removeEntry(file.source, "services", key);
  const { going, staying } = secretsOf(before, key);
  const source = going.reduce((text, name) => removeEntry(text, "secrets", name), without);
  await hold(file.try(source));
  terminal.print(
    [
      `services.${key}`,
      ...going.map((name) => `secrets.${name}, which nothing else uses`),
      ...staying.map((name) => `secrets.${name} stays: it is used elsewhere, or rotates`),
    ].join("\n"),
  );
  await confirm(surroundings, options.yes, "Remove this from fleet.config.ts?");
  await hold(file.write(source));
  terminal.note(
    [
      "fleet.config.ts is without it. The next deploy deletes its tasks, its address, its alarms and its logs.",
      ...(going.length > 0
        ? [
            `${going.join(", ")}: on AWS the secret stays in Secrets Manager with its values, until somebody deletes it there; on this machine it goes, and npm start gives the values back if the entry returns while it runs.`,
          ]
        : []),
    ].join("\n"),
  );
}

/** Its secrets: those that nothing else names and that have no part in chats, audit trail or another's rotation go. */
function secretsOf({ services, secrets, audit, chat }: FleetDefinition, key: string) {
  const usedBy = (one: string) =>
    [services[one]?.secrets, services[one]?.sidecar?.secrets].flatMap((uses) =>
      (uses ?? []).map((use) => (typeof use === "string" ? use : use.secret)),
    );
  const others = Object.keys(services).filter((one) => one !== key);
  const admins = Object.values(secrets).map(({ rotation }) => rotation && "admin" in rotation && rotation.admin);
  const kept = new Set<unknown>([
    ...others.flatMap(usedBy),
    audit?.secret,
    chat?.secret,
    chat?.actions?.slack?.secret,
    ...admins,
  ]);
  const own = [...new Set(usedBy(key))];
  const isGoing = (name: string) => !kept.has(name) && secrets[name]?.rotation === undefined;
  return { going: own.filter(isGoing), staying: own.filter((name) => !isGoing(name)) };
}
