/** The outcome of posting a message. */
export type Delivery =
  /** `reference` is what later messages of the conversation need; some chats give none. */
  | { readonly kind: "accepted"; readonly reference: string | undefined }
  /** A retry would not help: somebody has to fix the destination. */
  | { readonly kind: "refused"; readonly reason: string }
  /** Not posted, for now. */
  | { readonly kind: "retry"; readonly reason: string; readonly afterMs?: number }
  /** Perhaps posted: the request was sent, and nothing tells what became of it. */
  | { readonly kind: "unknown"; readonly reason: string; readonly afterMs?: number };
