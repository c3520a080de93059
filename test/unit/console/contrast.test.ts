import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const style = readFileSync(new URL("../../../packages/console/page/page.css", import.meta.url), "utf8");
const colours = new Map(
  [...style.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)].map(([, name, light, dark]) => [
    name ?? "",
    { light: light ?? "", dark: dark ?? "" },
  ]),
);

/** https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

const colour = (name: string, scheme: "light" | "dark") => {
  const found = colours.get(name)?.[scheme];
  if (found === undefined) throw new Error(`page.css has no --${name}.`);
  return found;
};

const texts = ["text", "quiet", "link", "good", "warn", "bad"].flatMap((text) =>
  ["ground", "panel"].map((ground) => [text, ground] as const),
);

describe.each(["light", "dark"] as const)("the console's colours, %s", (scheme) => {
  it.each([
    ...texts,
    ["text", "bad-ground"],
    ["quiet", "bad-ground"],
    ["bad", "bad-ground"],
    ["warn", "bad-ground"],
    ["text", "good-ground"],
    ["quiet", "good-ground"],
    ["warn", "good-ground"],
  ] as const)("%s is legible on %s", (text, ground) => {
    expect(contrast(colour(text, scheme), colour(ground, scheme))).toBeGreaterThanOrEqual(4.5);
  });
});
