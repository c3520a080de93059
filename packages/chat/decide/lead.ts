import type { Severity } from "#fleet/definition.ts";
import type { Incident } from "../incident/incident.ts";
import { type Entry, isOpen } from "../record/record.ts";
import type { Purpose } from "./message.ts";

const order: readonly Severity[] = ["critical", "warning", "info"];

/** The worst that is open first, and of these the newest; then what has just changed, the newest first. */
export function inOrder(entries: readonly Entry[], fresh: readonly Incident[]): readonly Entry[] {
  const news = new Set(fresh.map(({ change }) => change));
  const isNew = (entry: Entry) => news.has(entry.change) || entry.phase === "resolved";
  const rank = (entry: Entry) =>
    isOpen(entry) ? order.indexOf(entry.severity) * 2 + (entry.phase === "no-data" ? 1 : 0) : isNew(entry) ? 10 : 20;
  const [lead, ...rest] = entries.toSorted((one, other) => rank(one) - rank(other) || other.at - one.at);
  if (lead === undefined) return [];
  // A card has no room for everything: what is new stands where it is not cut off.
  return [lead, ...rest.filter(isNew), ...rest.filter((entry) => !isNew(entry))];
}

interface Candidates {
  readonly entries: readonly Entry[];
  readonly fresh: readonly Incident[];
  /** The beginnings of what has just ended. */
  readonly ended: readonly Incident[];
  /** Whether it is known what the first message showed. */
  readonly kept: boolean;
}

/** What a message shows in detail: what its title says, if that is new; else the worst that is new, or was. */
export function leadOf(purpose: Purpose, { entries, fresh, ended, kept }: Candidates): Incident | undefined {
  const [titled] = inOrder(entries, fresh);
  if ((purpose === "recover" || purpose === "acknowledge") && kept) return undefined;
  if (purpose === "remind") return titled?.incident;
  return fresh.find(({ change }) => change === titled?.change) ?? worst(fresh) ?? worst(ended);
}

function worst(incidents: readonly Incident[]): Incident | undefined {
  const rank = ({ severity, story }: Incident) => order.indexOf(severity) * 2 + (story.kind === "alarm" ? 0 : 1);
  return incidents.toSorted((one, other) => rank(one) - rank(other) || other.at - one.at)[0];
}
