const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** Milliseconds. */
export const timing = {
  /**
   * After a label moved, a read may still see the old version, and clocks differ a little: only tasks created this much
   * later are taken to have read the new one.
   */
  readLag: second,
  /** Rolls begin this much after the moment that counts, so that ECS's clock is past it too. */
  clockSkew: 500,
  /** A version that has been pending this long is abandoned. */
  pendingStale: 24 * hour,
  /** One that was rejected waits this long for its credential to be revoked before AWSPENDING is taken off it. */
  pendingRejected: 30 * minute,
  /** A rotation that found the last change not settled is not going to go on with a version that it gave no value. */
  pendingEmpty: 5 * minute,
  /** Within this time ECS starts the tasks of a completed deployment that has none. */
  taskStart: minute,
  /** A service that is down on a good value is rolled again this long after it last failed. */
  rollAgain: hour,
  /** Tasks that were created so recently and have ended may be a crash loop, which ECS slows down to several minutes. */
  crashLoop: 10 * minute,
  /** An issuer's answer that decided nothing is asked for again after this long, then after twice that, and so on. */
  proofAgain: 30 * second,
  /** So long after a new value should be known everywhere, it may hold up other secrets of the same services. */
  doubt: 5 * minute,
  /** One action on one secret, for as long as other secrets can wait for a look. */
  step: minute,
  /** Other secrets are looked at this often while one is worked on or waited for. */
  look: 10 * second,
  /** People are notified of what waits for longer, and reminded. */
  remindFirst: 30 * minute,
  remindAgain: 4 * hour,
} as const;
