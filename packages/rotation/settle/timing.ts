/** Milliseconds. */
export const timing = {
  /**
   * After a label moved, a read may still see the old version, and clocks differ a little: only tasks created this much
   * later are taken to have read the new one.
   */
  readLag: 1_000,
  /** Rolls begin this much after the moment that counts, so that ECS's clock is past it too. */
  clockSkew: 500,
  /** A version that has been pending this long is abandoned. */
  pendingStale: 24 * 60 * 60_000,
  /** A deployment completed this long after a failed one began is not a rollback, but a repair. */
  repair: 60_000,
} as const;
