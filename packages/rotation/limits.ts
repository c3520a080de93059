import { current, holderOf, isRejectedLabel } from "./labels.ts";
import type { SecretDescription, SecretStore } from "./ports.ts";

const notePrefix = "mcp-fleet:";
/** Of the 20 that there may be. */
const labelsAtEase = 14;

/**
 * A store in which the fleet finds room for what it has to note. Secrets Manager keeps 20 labels and 50 tags a secret:
 * without room for a label, an old mark of the fleet's goes; without room for a tag, it is kept as a label of the
 * current version, `<name> <value>`.
 */
export function withinLimits(store: SecretStore): SecretStore {
  /** Again for each mark that goes, while there is no room. */
  const makingRoom = async <T>(secretId: string, kept: string | undefined, attempt: () => Promise<T | "full">) => {
    const first = await attempt();
    if (first !== "full") return first;
    for (const mark of sparable(await store.describe(secretId), kept)) {
      await store.moveLabel(secretId, mark.label, { from: mark.id });
      const again = await attempt();
      if (again !== "full") return again;
    }
    return "full";
  };
  const moveLabel: SecretStore["moveLabel"] = (secretId, label, move) =>
    makingRoom(secretId, move.to, () => store.moveLabel(secretId, label, move));

  const dropNotes = async (secretId: string, name: string, kept?: string): Promise<void> => {
    const { versions } = await store.describe(secretId);
    for (const { id, labels } of versions) {
      for (const label of labels.filter((one) => one.startsWith(`${name} `) && one !== kept)) {
        await store.moveLabel(secretId, label, { from: id });
      }
    }
  };

  return {
    history: (...asked) => store.history(...asked),
    createdAt: (...asked) => store.createdAt(...asked),
    read: (...asked) => store.read(...asked),
    put: (secretId, version) => makingRoom(secretId, version.token, () => store.put(secretId, version)),
    list: async (secretIds) => new Map([...(await store.list(secretIds))].map(([id, one]) => [id, withNotes(one)])),
    describe: async (secretId) => withNotes(await store.describe(secretId)),
    moveLabel,
    async tag(secretId, name, value) {
      if ((await store.tag(secretId, name, value)) === "tagged") return "tagged";
      const { versions } = await store.describe(secretId);
      const to = holderOf(versions, current);
      if (to === undefined) return "full";
      const label = `${name} ${value}`;
      const total = versions.reduce((sum, { labels }) => sum + labels.length, 0);
      // Room for what a rotation or a person adds: AWS would refuse them, not us.
      for (const mark of sparable({ versions }, to).slice(0, Math.max(0, total - labelsAtEase))) {
        await store.moveLabel(secretId, mark.label, { from: mark.id });
      }
      const isThere = versions.some(({ labels }) => labels.includes(label));
      // The new one first: a run that dies in between leaves one too many rather than none.
      if (!isThere && (await moveLabel(secretId, label, { to })) === "full") {
        await dropNotes(secretId, name);
        if ((await moveLabel(secretId, label, { to })) === "full") return "full";
      }
      await dropNotes(secretId, name, label);
      return "tagged";
    },
    async untag(secretId, name) {
      await store.untag(secretId, name);
      await dropNotes(secretId, name);
    },
  };
}

function withNotes<S extends Pick<SecretDescription, "versions" | "tags">>(secret: S): S {
  const { versions, tags } = secret;
  const isNote = (label: string) => label.startsWith(notePrefix);
  // While one takes the place of another both are there: of those that begin with a time, the later counts.
  const notes = versions
    .flatMap(({ labels }) => labels.filter(isNote))
    .toSorted()
    .map((label) => label.split(/ (.*)/s));
  return {
    ...secret,
    versions: versions
      .map(({ id, labels }) => ({ id, labels: labels.filter((label) => !isNote(label)) }))
      .filter(({ labels }) => labels.length > 0),
    tags: { ...Object.fromEntries(notes.map(([name = "", value = ""]) => [name, value])), ...tags },
  };
}

/** Marks of versions that nothing else refers to first: those are as good as gone. */
function sparable({ versions }: Pick<SecretDescription, "versions">, kept: string | undefined) {
  return versions
    .filter(({ id }) => id !== kept)
    .toSorted((a, b) => Number(!a.labels.every(isRejectedLabel)) - Number(!b.labels.every(isRejectedLabel)))
    .flatMap(({ id, labels }) => labels.filter(isRejectedLabel).map((label) => ({ id, label })));
}
