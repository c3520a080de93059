import * as v from "valibot";

/** As much of it as a page needs: a map of hundreds of services may have as many mistakes. */
export const reasonLength = 4_000;

/** Why the page does not show the map as it was saved: it was refused, or its deploy failed. */
export const mapTrouble = v.object({ kind: v.picklist(["refused", "undeployed"]), reason: v.string() });
export type MapTrouble = v.InferOutput<typeof mapTrouble>;
