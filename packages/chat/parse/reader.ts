import type { Incident } from "../incident/incident.ts";
import type { Arrival } from "./envelope.ts";

export interface Closing {
  /** A service's key, or an alarm's name. */
  readonly target: string;
  readonly by: string;
}

export type Parsed =
  | { readonly kind: "incident"; readonly incident: Incident }
  /** The schedule: time to look for reminders, and for mute windows that have ended. */
  | { readonly kind: "tick" }
  /** Somebody says that it is over. */
  | ({ readonly kind: "closing" } & Closing)
  /** Understood, and nothing to post. */
  | { readonly kind: "ignored"; readonly why: string };

/** Reads one shape; `undefined` when the arrival has another. */
export type Reader = (arrival: Arrival) => Parsed | undefined;
