import type { Incident } from "../incident/incident.ts";
import type { Arrival } from "./envelope.ts";

export type Parsed =
  | { readonly kind: "incident"; readonly incident: Incident }
  /** The schedule: time to look for reminders, and for mute windows that have ended. */
  | { readonly kind: "tick" }
  /** Understood, and nothing to post. */
  | { readonly kind: "ignored"; readonly why: string };

/** Reads one shape; `undefined` when the arrival has another. */
export type Reader = (arrival: Arrival) => Parsed | undefined;
