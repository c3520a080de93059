import { addressee } from "#fleet/addressee.ts";
import type { ChatSettings } from "../settings.ts";
import { holderOfAll } from "./holder.ts";
import type { Message } from "./message.ts";
import { matches } from "./route.ts";

/** Whom a message calls: what is new, or still lasts, by the routes that bring it here; an end calls nobody. */
export function mentionsOf(
  { fresh, lead, purpose, entries }: Message,
  destination: string,
  { routes, destinations }: ChatSettings,
): readonly string[] {
  const receiver = destinations[destination]?.receiver;
  if (receiver === undefined) return [];
  // Somebody is at it: the others may sleep.
  if (purpose === "remind" && holderOfAll(entries) !== undefined) return [];
  const about = purpose === "remind" && lead !== undefined ? [lead] : fresh;
  const calling = about.filter(({ phase }) => phase !== "resolved" && phase !== "succeeded");
  const ids = routes
    .filter(({ to }) => to.includes(destination))
    .flatMap((route) =>
      calling
        .filter(({ service, severity }) => matches(route, service, severity))
        .flatMap(({ severity }) => route.mention?.[severity] ?? []),
    );
  return [...new Set(ids)].filter((id) => addressee(receiver, id));
}
