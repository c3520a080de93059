import type { MapTrouble } from "../model/map.ts";
import { Scroll } from "./panel.tsx";

const words: Readonly<Record<MapTrouble["kind"], { readonly what: string; readonly seen: string }>> = {
  refused: { what: "The map was saved, and is left out.", seen: "What you see is by the last one that was right." },
  undeployed: { what: "The map was saved, and its deploy failed.", seen: "What you see is what ran before." },
};

/** What changed, and its end, is announced among the notices: this is no alert. */
export function MapNotShown({ trouble: { kind, reason } }: { readonly trouble: MapTrouble }) {
  const { what, seen } = words[kind];
  return (
    <section class="problem whole" aria-label="The map">
      <strong>{what}</strong> {seen}
      <Scroll label="Why the map is not shown">
        <pre>{reason}</pre>
      </Scroll>
    </section>
  );
}
