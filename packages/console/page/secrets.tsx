import type { Secret, SecretVersion } from "../model/secret.ts";
import { matches, rank, secretAttention } from "../state/attention.ts";
import type { ConsoleState } from "../state/state.ts";
import { age, shortId } from "./format.ts";
import { Panel } from "./panel.tsx";
import type { Perform } from "./perform.ts";

const shownVersions = 5;
/** So few are all shown; of more, those that need a person, and what a filter finds. */
const few = 8;
const shownSecrets = 40;

interface SecretsProps {
  readonly state: ConsoleState;
  readonly filter: string;
  /** What is said where there is none. */
  readonly none: string;
  readonly perform: Perform;
}

export function Secrets({ state: { secrets, now, unreadable }, filter, none, perform }: SecretsProps) {
  const shown = shownOf(secrets ?? [], filter, now);
  const others = filter === "" ? (secrets?.length ?? 0) - shown.length : 0;
  return (
    <Panel title="Secrets" class="secrets" problem={unreadable.secrets}>
      {secrets?.length === 0 && <p class="empty">{none}</p>}
      {filter !== "" && secrets !== undefined && secrets.length > 0 && shown.length === 0 && (
        <p class="empty">No secret matches “{filter}”.</p>
      )}
      {shown.map((secret) => (
        <SecretLife key={secret.key} secret={secret} now={now} perform={perform} />
      ))}
      {others > 0 && (
        <p class="empty">
          <span class="mark good">
            {others} {others === 1 ? "is" : "are"} settled
          </span>
        </p>
      )}
    </Panel>
  );
}

function shownOf(secrets: readonly Secret[], filter: string, now: number): readonly Secret[] {
  if (secrets.length <= few) return secrets;
  const ranked = rank(secrets, (secret) => secretAttention(secret, now));
  const wanted =
    filter === ""
      ? ranked.filter(({ attention }) => attention !== "well")
      : ranked.filter(({ item: { key, usedBy, functions } }) => matches(filter, key, ...usedBy, ...functions));
  return wanted.slice(0, shownSecrets).map(({ item }) => item);
}

interface SecretLifeProps {
  readonly secret: Secret;
  readonly now: number;
  readonly perform: Perform;
}

function SecretLife({ secret, now, perform }: SecretLifeProps) {
  const { key, usedBy, functions, versions, status } = secret;
  const earlier = Math.max(0, versions.length - shownVersions);
  return (
    <article class="secret" aria-labelledby={`secret-${key}`}>
      <div class="head">
        <div class="line">
          <h3 id={`secret-${key}`}>{key}</h3>
          <span class="facts">
            used by {[...usedBy, ...functions].join(", ") || "nobody"} · {standing(secret, now)}
          </span>
        </div>
        {perform !== undefined && status === "present" && secret.rotation === "configured" && (
          <button
            type="button"
            aria-label={`Rotate ${key} now`}
            onClick={() => perform({ kind: "rotate-secret", secret: key })}
          >
            Rotate
          </button>
        )}
      </div>
      {versions.length > 0 && (
        <ol class="versions" aria-label={`Versions of ${key}, oldest first`}>
          {earlier > 0 && <li class="earlier">{earlier} earlier</li>}
          {versions.slice(-shownVersions).map((version) => (
            <VersionMark key={version.id} version={version} now={now} />
          ))}
        </ol>
      )}
    </article>
  );
}

function standing({ status, rotation, lastRotatedAt, nextRotationAt }: Secret, now: number): string {
  if (status === "absent") return "not deployed";
  if (status === "deleted") return "deleted, can be restored";
  if (rotation === "none") return "no rotation";
  const last = lastRotatedAt === undefined ? "never rotated" : `rotated ${age(lastRotatedAt, now)} ago`;
  if (nextRotationAt === undefined) return last;
  return nextRotationAt < now ? `${last}, overdue` : `${last}, next in ${age(now, nextRotationAt)}`;
}

function VersionMark({ version, now }: { readonly version: SecretVersion; readonly now: number }) {
  const { id, createdAt, labels } = version;
  return (
    <li class={kindOf(labels)}>
      <span class="labels">
        {labels.length === 0 ? <span class="label none">deprecated</span> : null}
        {labels.map((label) => (
          <span key={label} class="label">
            {label}
          </span>
        ))}
      </span>
      <code>{shortId(id)}</code>
      {createdAt !== undefined && <span class="facts">{age(createdAt, now)}</span>}
    </li>
  );
}

function kindOf(labels: readonly string[]): "current" | "pending" | "previous" | "other" {
  if (labels.includes("AWSCURRENT")) return "current";
  if (labels.includes("AWSPENDING")) return "pending";
  return labels.includes("AWSPREVIOUS") ? "previous" : "other";
}
