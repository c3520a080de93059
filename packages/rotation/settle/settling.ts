/** How far the settling of the current version is; kept in one tag of the secret. */
export interface Settling {
  readonly versionId: string;
  /** Milliseconds since the epoch: a task created from then on has read this version. */
  readonly since: number;
  /**
   * - `unchanged`: its consumers already have this value.
   * - `rolling`: consumers are to run on it.
   * - `stuck`: as `rolling`, and people were told that the fleet needs them to continue.
   * - `revoking`: all consumers run on it, so what came before is revoked.
   * - `restored`: the same for one that had settled before.
   */
  readonly phase: Phase;
  /** It was accepted wherever it is checked: from then on one answer is enough. */
  readonly isProven: boolean;
}
const phases = ["unchanged", "rolling", "stuck", "revoking", "restored"] as const;
export type Phase = (typeof phases)[number];

/** Tag values take letters, digits, spaces and `_.:/=+-@`, 256 characters of them. */
export function writeSettling({ versionId, since, phase, isProven }: Settling): string {
  return `${versionId} ${new Date(since).toISOString()} ${phase}${isProven ? " proven" : ""}`;
}

/** `undefined` for any other text, such as an edited tag: the planner then starts over. */
export function readSettling(text: string | undefined): Settling | undefined {
  const [versionId, time, written, proven] = text?.split(" ") ?? [];
  const since = Date.parse(time ?? "");
  const phase = phases.find((one) => one === written);
  if (versionId === undefined || !Number.isFinite(since) || phase === undefined) return undefined;
  return { versionId, since, phase, isProven: proven === "proven" };
}

/** All consumers run on the current version; what is left is to revoke what came before. */
export function isInUse({ phase }: Settling): boolean {
  return phase === "revoking" || phase === "restored";
}
