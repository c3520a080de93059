import { aligning, candidate, current, holderOf, isRejected, pending, settled, settlingTag } from "../labels.ts";
import type { RotationMap, SecretEntry } from "../map.ts";
import type { SecretDescription, SecretStore, SecretVersion } from "../ports.ts";
import { parseValue, placeholdersIn, type SecretValue } from "../value.ts";

export interface CredentialPorts {
  readonly map: RotationMap;
  readonly store: SecretStore;
}

/**
 * The value in use first, then the current one, if a person has just set another, and what is on its way; then whatever
 * other secrets of this issuer hold, and their tasks, as it knows all of them. Read again each time.
 *
 * @param inUse the version that all consumers run on: a read just after it was marked so may not show that
 */
export async function keptValues(
  entry: SecretEntry,
  inUse: string,
  { map, store }: CredentialPorts,
): Promise<readonly SecretValue[]> {
  const { arn, versions } = await store.describe(entry.id);
  const own = versions.filter((version) => version.id !== inUse && isKept(version, versions));
  const kept = [...(await valuesOf(arn, [{ id: inUse }, ...own], store))];
  const others = map.secrets.filter((other) => other.key !== entry.key && issuerIn(other) === issuerIn(entry));
  for (const { id } of others) {
    const other = await store.describe(id);
    kept.push(...(await valuesOf(other.arn, [...other.versions, ...(await versionsOnTasks(other, store))], store)));
  }
  return kept;
}

/** Until a secret is settled, its tasks may run on any version since the settled one, also without a label today. */
async function versionsOnTasks(
  { arn, versions, tags }: SecretDescription,
  store: SecretStore,
): Promise<readonly { readonly id: string }[]> {
  const good = holderOf(versions, settled);
  if (tags[settlingTag] === undefined && good === holderOf(versions, current)) return [];
  const history = await store.history(arn);
  const labelled = new Set(versions.map(({ id }) => id));
  const since = history.slice(
    Math.max(
      0,
      history.findIndex(({ id }) => id === good),
    ),
  );
  return since.filter(({ id }) => !labelled.has(id));
}

/**
 * What came before the current value, newest first: all that was put since the oldest that is to go, even for a moment
 * and without a label today.
 */
export async function retiredValues(
  entry: SecretEntry,
  { arn, versions }: SecretDescription,
  oldest: string,
  { store }: CredentialPorts,
): Promise<readonly SecretValue[]> {
  const history = await store.history(arn);
  const from = history.findIndex(({ id }) => id === oldest);
  const since = from < 0 ? [] : history.slice(from);
  const kept = new Set(versions.filter((version) => isKept(version, versions)).map(({ id }) => id));
  const retired = since.filter(({ id }) => !kept.has(id)).toReversed();
  return withoutPlaceholders(await valuesOf(arn, retired, store), entry);
}

/** What others have left in the secret: it has a label, and is not in use. */
export async function sparedValues(
  entry: SecretEntry,
  { arn, versions }: SecretDescription,
  { store }: CredentialPorts,
): Promise<readonly SecretValue[]> {
  const others = versions.filter((version) => !isKept(version, versions));
  return withoutPlaceholders(await valuesOf(arn, others, store), entry);
}

function isKept({ id, labels }: SecretVersion, versions: readonly SecretVersion[]): boolean {
  if (labels.includes(current)) return true;
  return [pending, candidate, aligning].some((label) => labels.includes(label)) && !isRejected(versions, id);
}

async function valuesOf(
  arn: string,
  versions: readonly { readonly id: string }[],
  store: SecretStore,
): Promise<readonly SecretValue[]> {
  const texts = await Promise.all(versions.map(({ id }) => store.read(arn, id)));
  return texts.map(parseValue).filter((value) => value !== undefined);
}

function withoutPlaceholders(values: readonly SecretValue[], { placeholders }: SecretEntry): readonly SecretValue[] {
  return values.filter((value) => placeholdersIn(value, placeholders).length === 0);
}

function issuerIn({ rotation }: SecretEntry): string | undefined {
  return "declined" in rotation ? undefined : rotation.issuer;
}
