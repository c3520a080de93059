export interface Version {
  readonly id: string;
  readonly text: string | undefined;
  readonly createdAt: number;
  readonly labels: readonly string[];
}

export function without(version: Version, label: string): Version {
  if (!version.labels.includes(label)) return version;
  return { ...version, labels: version.labels.filter((one) => one !== label) };
}

/** The label, on this version and no other. */
export function place(versions: readonly Version[], label: string, to: string): readonly Version[] {
  return versions.map((one) => {
    const bare = without(one, label);
    return one.id === to ? { ...bare, labels: [...bare.labels, label] } : bare;
  });
}
