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
   */
  readonly phase: Phase;
}
const phases = ["unchanged", "rolling", "stuck", "revoking"] as const;
export type Phase = (typeof phases)[number];

/** Tag values take letters, digits, spaces and `_.:/=+-@`, 256 characters of them. */
export function writeSettling({ versionId, since, phase }: Settling): string {
  return `${versionId} ${new Date(since).toISOString()} ${phase}`;
}

/** `undefined` for any other text, such as an edited tag: the planner then starts over. */
export function readSettling(text: string | undefined): Settling | undefined {
  const [versionId, time, written] = text?.split(" ") ?? [];
  const since = Date.parse(time ?? "");
  const phase = phases.find((one) => one === written);
  if (versionId === undefined || !Number.isFinite(since) || phase === undefined) return undefined;
  return { versionId, since, phase };
}
