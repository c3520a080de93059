/** A VPC's range is cut into eight equal blocks: two for each of three zones, and two to spare. */
const subnetBits = 3;

/** Each zone has its places, so that one that is added moves no other. The first four are those of two zones. */
const places = { Public: [0, 1, 4], Private: [2, 3, 5] } as const;

/** @param zone from 0 */
export function blockOf(range: string, kind: keyof typeof places, zone: number): string {
  const place = places[kind][zone];
  const [first = "", bits = ""] = range.split("/");
  if (place === undefined) throw new Error(`A network has no zone ${zone + 1}.`);
  const size = 2 ** (32 - Number(bits) - subnetBits);
  const start = first.split(".").reduce((sum, part) => sum * 256 + Number(part), 0) + place * size;
  const address = [24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256).join(".");
  return `${address}/${Number(bits) + subnetBits}`;
}
