import { aligning, candidate, current, holderOf, isRejected, pending, revoking } from "../labels.ts";
import type { RotationMap, SecretEntry } from "../map.ts";
import type { SecretDescription, SecretStore, SecretVersion } from "../ports.ts";
import { parseValue, placeholdersIn, type SecretValue } from "../value.ts";

export interface CredentialPorts {
  readonly map: RotationMap;
  readonly store: SecretStore;
}

/**
 * The current value first, then what a rotation or a person has on its way, then the same of other secrets of this issuer:
 * it knows all of them. Read again each time.
 */
export async function keptValues(entry: SecretEntry, { map, store }: CredentialPorts): Promise<readonly SecretValue[]> {
  const others = map.secrets.filter((other) => other.key !== entry.key && issuerIn(other) === issuerIn(entry));
  const kept: SecretValue[] = [];
  for (const { id } of [entry, ...others]) {
    const { arn, versions } = await store.describe(id);
    const own = versions
      .filter((version) => isKept(version, versions))
      .toSorted((a, b) => Number(b.labels.includes(current)) - Number(a.labels.includes(current)));
    kept.push(...(await valuesOf(arn, own, store)));
  }
  return kept;
}

/**
 * What came before the current value, newest first: all that was put since the version that the mark is on, even for a
 * moment and without a label today.
 */
export async function retiredValues(
  entry: SecretEntry,
  { arn, versions }: SecretDescription,
  { store }: CredentialPorts,
): Promise<readonly SecretValue[]> {
  const history = await store.history(arn);
  const mark = holderOf(versions, revoking);
  const from = history.findIndex(({ id }) => id === mark);
  const kept = new Set(versions.filter((version) => isKept(version, versions)).map(({ id }) => id));
  const retired =
    from < 0
      ? []
      : history
          .slice(from)
          .filter(({ id }) => !kept.has(id))
          .toReversed();
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
