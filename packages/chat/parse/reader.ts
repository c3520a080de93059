import type { Incident } from "../incident.ts";
import type { Arrival } from "./envelope.ts";

export type Parsed =
  | { readonly kind: "incident"; readonly incident: Incident }
  /** The schedule asks to look for what has lasted long, or was muted. */
  | { readonly kind: "tick" }
  /** Understood, and nothing to tell. */
  | { readonly kind: "ignored"; readonly why: string };

/** A reader of one shape: `undefined` when the arrival is of another. */
export type Reader = (arrival: Arrival) => Parsed | undefined;
