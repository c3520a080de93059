/** How far the settling of the current version is; kept in one tag of the secret. */
export interface Settling {
  readonly versionId: string;
  /** Milliseconds since the epoch: a task created from then on has read this version. */
  readonly since: number;
  /**
   * - `unchanged`: its consumers already have this value.
   * - `rolling`: consumers are to run on it.
   * - `stuck`: as `rolling`, and people were told that the fleet needs them to continue.
   */
  readonly phase: Phase;
}
export type Phase = "unchanged" | "rolling" | "stuck";

/** Tag values take letters, digits, spaces and `_.:/=+-@`, 256 characters of them. */
export function writeSettling({ versionId, since, phase }: Settling): string {
  return `${versionId} ${new Date(since).toISOString()} ${phase}`;
}

/** `undefined` for any other text, such as an edited tag: the planner then starts over. */
export function readSettling(text: string | undefined): Settling | undefined {
  const [versionId, time, phase] = text?.split(" ") ?? [];
  const since = Date.parse(time ?? "");
  if (versionId === undefined || !Number.isFinite(since)) return undefined;
  if (phase !== "unchanged" && phase !== "rolling" && phase !== "stuck") return undefined;
  return { versionId, since, phase };
}
