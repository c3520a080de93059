/** A tool as a service lists it. All of it is text from elsewhere. */
export interface ListedTool {
  readonly name: string;
  readonly description: string;
  /** Title, schemas and annotations, in one form whatever the order of their keys. */
  readonly shape: string;
}

/** What a service was spoken to in: the revision of 2026-07-28 knows no sessions, those before begin with `initialize`. */
export type Era = "modern" | "legacy";

/** What a probe found. */
export type Reading =
  | { readonly state: "up"; readonly ms: number; readonly era: Era; readonly tools: readonly ListedTool[] }
  /** It asks for a login, and says where: nobody without one gets further. */
  | { readonly state: "login"; readonly ms: number }
  | { readonly state: "down"; readonly ms: number; readonly reason: string };
