import type { Notice } from "../model/notice.ts";
import { timeOfDay } from "./format.ts";
import { Panel, Scroll } from "./panel.tsx";

export function Notices({ notices }: { readonly notices: readonly Notice[] }) {
  return (
    <Panel title="What changed" class="notices">
      {notices.length === 0 ? (
        <p class="empty">Nothing yet.</p>
      ) : (
        <Scroll label="Changes, newest first">
          <ul>
            {notices.map(({ id, at, tone, text }) => (
              <li key={id}>
                <time>{timeOfDay(at)}</time> <span class={`mark ${tone}`}>{text}</span>
              </li>
            ))}
          </ul>
        </Scroll>
      )}
    </Panel>
  );
}
