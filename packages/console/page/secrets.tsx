import type { Secret, SecretVersion } from "../model/secret.ts";
import type { ConsoleState } from "../state/state.ts";
import { age, shortId } from "./format.ts";
import { Panel } from "./panel.tsx";
import type { Perform } from "./perform.ts";

const shownVersions = 5;

interface SecretsProps {
  readonly state: ConsoleState;
  readonly perform: Perform;
}

export function Secrets({ state: { secrets, now, unreadable }, perform }: SecretsProps) {
  return (
    <Panel title="Secrets" class="secrets" problem={unreadable.secrets}>
      {secrets?.length === 0 && <p class="empty">The map has no secret.</p>}
      {secrets?.map((secret) => (
        <SecretLife key={secret.key} secret={secret} now={now} perform={perform} />
      ))}
    </Panel>
  );
}

interface SecretLifeProps {
  readonly secret: Secret;
  readonly now: number;
  readonly perform: Perform;
}

function SecretLife({ secret, now, perform }: SecretLifeProps) {
  const { key, usedBy, versions, status } = secret;
  const earlier = Math.max(0, versions.length - shownVersions);
  return (
    <article class="secret" aria-labelledby={`secret-${key}`}>
      <div class="head">
        <div class="line">
          <h3 id={`secret-${key}`}>{key}</h3>
          <span class="facts">
            {usedBy.length === 0 ? "used by no service" : `used by ${usedBy.join(", ")}`} · {standing(secret, now)}
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
      <span class="facts">{age(createdAt, now)}</span>
    </li>
  );
}

function kindOf(labels: readonly string[]): "current" | "pending" | "previous" | "other" {
  if (labels.includes("AWSCURRENT")) return "current";
  if (labels.includes("AWSPENDING")) return "pending";
  return labels.includes("AWSPREVIOUS") ? "previous" : "other";
}
