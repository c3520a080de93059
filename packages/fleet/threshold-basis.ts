/** Where the threshold of an alarm comes from: nobody measured it, a person chose it, or `tune-alarms` measured it. */
export type ThresholdBasis = keyof typeof sentences;

/** An alarm carries it in its description, which whoever meets the alarm can read. */
const sentences = {
  placeholder: "The threshold is a placeholder: nobody has measured this service yet.",
  chosen: "The threshold was chosen.",
  measured: "The threshold was measured.",
} as const;

const marks: readonly (readonly [ThresholdBasis, string])[] = [
  ["placeholder", "threshold is a placeholder"],
  ["chosen", "threshold was chosen"],
  ["measured", "threshold was measured"],
];

export function tellBasis(basis: ThresholdBasis): string {
  return sentences[basis];
}

/** `undefined` for an alarm of somebody else's, whose description does not say. */
export function basisOf(description: string): ThresholdBasis | undefined {
  return marks.find(([, words]) => description.includes(words))?.[0];
}
