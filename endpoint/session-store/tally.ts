/** What the databases count together, and INFO shows. */
export interface Tally {
  bytes: number;
  hits: number;
  misses: number;
  expired: number;
  evicted: number;
}

export function createTally(): Tally {
  return { bytes: 0, hits: 0, misses: 0, expired: 0, evicted: 0 };
}
