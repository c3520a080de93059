/** What a plot may call unreachable or failing. */
export type Port = "secrets" | "ecs" | "sns" | "acs" | "hec" | "google";

/** Milliseconds from the plot's beginning. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export type Kind = "cloud" | "enterprise" | "google" | "random" | "declined";

export interface SecretSetting {
  readonly key: string;
  readonly kind: Kind;
  /** `adopted`: the fleet never saw it, and its previous version holds another token that works. */
  readonly begins: "settled" | "adopted";
  /** Tags of other people's. */
  readonly tags: number;
  /** Versions that were rejected in earlier days, each with its mark. */
  readonly marks: number;
  /** Tokens that people made are in a namespace that the administrator does not see. */
  readonly hidden: boolean;
  /** What becomes of a value that nobody can prove at the moment. */
  readonly unproven: "wait" | "roll";
  /** The secret whose Splunk this one shares, if not its own. */
  readonly shares?: string;
}

export interface ServiceSetting {
  readonly name: string;
  readonly desired: number;
  readonly secrets: readonly string[];
}

/** How AWS and Splunk are in this plot, within what they document. Milliseconds. */
export interface Nature {
  /** A read may show what was this long ago. */
  readonly secretsLag: number;
  /** The list of all secrets shows what was this long ago. */
  readonly listLag: number;
  readonly ecsLag: number;
  /** What clocks are ahead of the functions'. */
  readonly ecsSkew: number;
  readonly secretsSkew: number;
  /** From accepted to applied, at ACS. */
  readonly making: number;
  readonly nodes: number;
  /** Until the last of HEC's nodes knows of a change. */
  readonly spreading: number;
  readonly boot: number;
  readonly draining: number;
  /** Whether ECS goes back to the very deployment that was there, or to a new one like it. */
  readonly rollback: "same" | "new";
  /** How often Secrets Manager tries a rotation again by itself. */
  readonly attempts: number;
}

export interface Setting {
  readonly secrets: readonly SecretSetting[];
  readonly services: readonly ServiceSetting[];
  readonly nature: Nature;
}

/**
 * - `good`: works. `refused`: its issuer does not know it. `crash`: its issuer accepts it, and services crash on it.
 * - `malformed`: no JSON. `previous`: what was current before.
 */
export type Written = "good" | "refused" | "crash" | "malformed" | "previous";

/** What people do: at a moment of the plot, or so long after a credential's revocation began. */
export type Act = { readonly at: number; readonly since?: "revoking" } & (
  | { readonly kind: "put"; readonly secret: string; readonly value: Written }
  | { readonly kind: "stage"; readonly secret: string; readonly value: "good" | "refused" }
  | { readonly kind: "rotate" | "cancel"; readonly secret: string }
  | { readonly kind: "deploy"; readonly service: string; readonly image: "good" | "broken" }
  | { readonly kind: "remove"; readonly service: string }
);

/** What goes wrong, and for how long. */
export type Fault = Span &
  (
    | { readonly kind: "failing"; readonly port: Port; readonly when: "before" | "after"; readonly share: number }
    | { readonly kind: "down"; readonly port: Port }
    | {
        readonly kind: "busy";
        readonly status: 403 | 424 | 429 | 503;
        readonly retryAfter: "none" | "zero" | "seconds" | "date";
        readonly method: "any" | "DELETE" | "revoking";
      }
    | { readonly kind: "slow"; readonly making: number }
    | { readonly kind: "dying"; readonly share: number }
    | { readonly kind: "dead" }
    | { readonly kind: "events"; readonly how: "lost" | "doubled" | "late" }
    | { readonly kind: "hanging"; readonly service: string }
    | { readonly kind: "draining"; readonly service: string }
    | { readonly kind: "flaky"; readonly service: string }
    | { readonly kind: "unlisted"; readonly service: string }
    | { readonly kind: "throttled" }
  );

export interface Plot {
  readonly name: string;
  readonly seed: number;
  readonly setting: Setting;
  readonly acts: readonly Act[];
  readonly faults: readonly Fault[];
  /** When a secret has to be as it should be, whatever else goes on. */
  readonly prompt?: { readonly secret: string; readonly by: number };
}
