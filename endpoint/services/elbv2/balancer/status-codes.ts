/** Whether a status is among the codes a health check accepts: `200`, `200,202`, `200-299` or a mix. */
export function compileStatusCodes(text: string): (status: number) => boolean {
  const ranges = text.split(",").map((part) => {
    const [first = "", last = first] = part.trim().split("-");
    return { first: Number(first), last: Number(last) };
  });
  return (status) => ranges.some((range) => status >= range.first && status <= range.last);
}
