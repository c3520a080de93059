import type { Incident } from "../incident/incident.ts";

/** What to look up while a message is being prepared. */
export interface Question {
  /** Key of the service in the map. */
  readonly service: string | undefined;
  readonly incident: Incident;
}

export interface Findings {
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  /** Masked and trimmed by the card. */
  readonly errorLines: readonly string[];
  /** The metric's last hour, minute by minute; a gap is `undefined`. */
  readonly history: { readonly label: string; readonly values: readonly (number | undefined)[] } | undefined;
}

export const noFindings: Findings = { facts: [], errorLines: [], history: undefined };

/** One place to look; may throw, and may take longer than we wait. */
export type Source = (question: Question) => Promise<Partial<Findings>>;

/** An incomplete message now beats a complete one later. */
const budgetMs = 2_000;

/** Asks all sources at once, and uses what is there after two seconds. Never throws. */
export async function enrich(
  question: Question,
  sources: readonly Source[],
  onFailure: (error: unknown) => void,
  sleep: (ms: number) => Promise<void>,
): Promise<Findings> {
  const found: Partial<Findings>[] = sources.map(() => ({}));
  const asked = sources.map(async (source, index) => {
    try {
      found[index] = await source(question);
    } catch (error) {
      onFailure(error);
    }
  });
  await Promise.race([Promise.all(asked), sleep(budgetMs)]);
  return {
    facts: found.flatMap(({ facts }) => facts ?? []),
    errorLines: found.flatMap(({ errorLines }) => errorLines ?? []),
    history: found.find(({ history }) => history !== undefined)?.history,
  };
}
