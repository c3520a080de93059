/** An alarm carries in its description whether it wakes people, where anyone who sees the alarm can read it. */
const sentences = { wakes: "It wakes people.", feeds: "It is for the feed." } as const;

export function describeWaking(wakes: boolean): string {
  return wakes ? sentences.wakes : sentences.feeds;
}

/** `undefined` for an alarm from elsewhere, whose description does not state it. */
export function isWaking(description: string): boolean | undefined {
  if (description.includes(sentences.wakes)) return true;
  return description.includes(sentences.feeds) ? false : undefined;
}
