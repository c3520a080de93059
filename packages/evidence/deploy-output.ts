/** Of the lines of a failed `sst deploy`: why each service did not start, which comes last; otherwise the end. */
export function evidenceOf(lines: readonly string[]): readonly string[] {
  const said = lines.filter((line) => line.trim() !== "");
  const first = said.findIndex((line) => line.startsWith("✘ "));
  return said.slice(first === -1 ? -25 : first).map((line) => `  ${line}`);
}
