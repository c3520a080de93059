/** Where the threshold of an alarm comes from: nobody measured it, a person chose it, or `tune-alarms` measured it. */
export type ThresholdBasis = keyof typeof sentences;

/** An alarm carries it in its description, where anyone who sees the alarm can read it. */
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

export function describeBasis(basis: ThresholdBasis): string {
  return sentences[basis];
}

/** `undefined` for an alarm from elsewhere, whose description does not state it. */
export function basisOf(description: string): ThresholdBasis | undefined {
  return marks.find(([, words]) => description.includes(words))?.[0];
}
