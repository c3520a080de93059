/** Milliseconds. */
export const timing = {
  /**
   * After a label moved, a read may still see the old version, and clocks differ a little: only tasks created this much
   * later are taken to have read the new one.
   */
  readLag: 1_000,
  /** Rolls begin this much after the moment that counts, so that ECS's clock is past it too. */
  clockSkew: 500,
  /** A version that a rotation has left pending for so long is given up. */
  pendingStale: 24 * 60 * 60_000,
  /** A deployment completed so long after a failed one began is no rollback, but somebody's repair. */
  repair: 60_000,
} as const;
