import { useLayoutEffect, useRef } from "preact/hooks";
import type { Task } from "../model/service.ts";
import { age, shortId } from "./format.ts";
import type { Perform } from "./perform.ts";

interface TaskTileProps {
  readonly task: Task;
  readonly service: string;
  readonly now: number;
  readonly perform: Perform;
}

export function TaskTile({ task, service, now, perform }: TaskTileProps) {
  const { id, phase, generation, createdAt, stoppedAt, pid, ending, reason } = task;
  const tile = useRef<HTMLLIElement>(null);
  useFocusKept(tile, `service-${service}`);
  const killable = perform !== undefined && (phase === "healthy" || phase === "unhealthy" || phase === "starting");
  return (
    <li ref={tile} class={`task ${phase} ${ending ?? ""}`}>
      <span class="phase">{phase}</span>
      <code>{shortId(id)}</code>
      <span class="facts">
        {stoppedAt === undefined ? age(createdAt, now) : `${age(stoppedAt, now)} ago`}
        {pid !== undefined && stoppedAt === undefined && ` · pid ${pid}`}
        {generation === "superseded" && stoppedAt === undefined && " · old"}
      </span>
      {reason !== undefined && (
        <span class="reason" title={reason}>
          {reason}
        </span>
      )}
      {killable && (
        <button
          type="button"
          aria-label={`Kill task ${shortId(id)} of ${service}`}
          onClick={() => perform({ kind: "kill-task", task: id })}
        >
          Kill
        </button>
      )}
    </li>
  );
}

/** A tile that leaves, or loses its button, must not take the keyboard's place with it. */
function useFocusKept(tile: { readonly current: HTMLElement | null }, heading: string): void {
  const held = useRef(false);
  useLayoutEffect(() => {
    const element = tile.current;
    const enter = () => {
      held.current = true;
    };
    const leave = ({ relatedTarget }: FocusEvent) => {
      // Without a next element the focus was lost, not moved, unless the whole window lost it.
      if (relatedTarget !== null || !document.hasFocus()) held.current = false;
    };
    element?.addEventListener("focusin", enter);
    element?.addEventListener("focusout", leave);
    return () => {
      element?.removeEventListener("focusin", enter);
      element?.removeEventListener("focusout", leave);
      if (held.current) document.getElementById(heading)?.focus();
    };
  }, []);
  useLayoutEffect(() => {
    if (!held.current || tile.current?.contains(document.activeElement) === true) return;
    held.current = false;
    document.getElementById(heading)?.focus();
  });
}
