import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

/**
 * The relative links of a Markdown file that lead nowhere: to a path that does not exist, or to a heading that its
 * file does not have.
 * @param read the text of another file, by its path in `root`
 */
export function brokenLinks(root: string, file: string, read: (file: string) => string): readonly string[] {
  const prose = withoutCode(read(file));
  const targets = [...prose.matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g)].map(([, target = ""]) => target);
  return targets.filter((target) => {
    const [path = "", anchor] = target.split("#");
    const linked = path === "" ? file : normalize(join(dirname(file), path));
    if (linked.startsWith("..") || !existsSync(join(root, linked))) return true;
    return anchor !== undefined && linked.endsWith(".md") && !anchorsOf(read(linked)).has(anchor);
  });
}

/** Anchors of headings as GitHub makes them: https://docs.github.com/en/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#section-links */
export function anchorsOf(markdown: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, heading = ""] of withoutCode(markdown).matchAll(/^#+ +(.+?) *$/gm)) {
    const text = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const slug = text.replace(/[^\p{L}\p{N}\s_-]/gu, "").replace(/\s/g, "-");
    let anchor = slug;
    for (let again = 1; anchors.has(anchor); again += 1) anchor = `${slug}-${again}`;
    anchors.add(anchor);
  }
  return anchors;
}

function withoutCode(markdown: string): string {
  return markdown.replace(/^( *)```.*?^\1```$/gms, "");
}
