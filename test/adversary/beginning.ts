import { rejectedLabel, settled } from "#rotation/labels.ts";
import type { SecretSetting } from "./plot.ts";
import type { Scene } from "./scene.ts";
import { hour } from "./time.ts";
import { adminValue, idOf, isSplunk, tokenIn } from "./values.ts";
import type { Version } from "./versions.ts";

/** A secret as it stands when a plot begins: long settled, or one that the fleet never saw. */
export function found(secret: SecretSetting, { secrets, values, stacks, adopted, time }: Scene): void {
  const { key, kind, begins, tags, marks } = secret;
  const at = time.now() - 40 * 24 * hour;
  const before = values.write(secret, "good");
  const now = values.write(secret, "good");
  const version = (text: string, labels: readonly string[], createdAt = at): Version => {
    return { id: secrets.newVersionId(), text, createdAt, labels };
  };
  const old = version(before, ["AWSPREVIOUS"], at - hour);
  const marked = Array.from({ length: marks }, () => {
    const bad = version(values.write(secret, "refused"), [], at - hour);
    return { ...bad, labels: [rejectedLabel(bad.id)] };
  });
  if (begins === "settled") {
    for (const token of stacks.get(key)?.tokens ?? []) if (token.token === tokenIn(before)) token.deleted = true;
  } else adopted.add(tokenIn(before) ?? "");
  const versions =
    begins === "settled"
      ? [...marked, version(now, ["AWSCURRENT", settled])]
      : [...marked, old, version(now, ["AWSCURRENT"])];
  const named = Object.fromEntries(Array.from({ length: tags }, (_, place) => [`cost-${place}`, "x"]));
  secrets.create(idOf(key), versions, named, kind !== "declined");
  if (isSplunk(kind)) secrets.create(idOf(`${key}-admin`), [version(adminValue(secret), ["AWSCURRENT"])], {}, false);
}
