import { useEffect, useRef } from "preact/hooks";

interface FilterProps {
  readonly value: string;
  readonly onInput: (value: string) => void;
  /** Where Enter leads: the address of the first that is left. */
  readonly first: string | undefined;
}

/** `/` leads to it from anywhere, Enter to the first that is left, the arrows through them, Escape out of it. */
export function Filter({ value, onInput, first }: FilterProps) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLInputElement;
      if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        field.current?.focus();
      }
      if (event.key === "ArrowDown" || event.key === "ArrowUp") step(event, field.current);
    };
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  }, []);
  return (
    <input
      ref={field}
      type="search"
      class="filter"
      placeholder="Filter  /"
      aria-label="Filter services, alarms and secrets"
      aria-keyshortcuts="/"
      value={value}
      onInput={({ currentTarget }) => onInput(currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === "Enter" && first !== undefined) location.hash = first;
        if (event.key !== "Escape") return;
        onInput("");
        field.current?.blur();
      }}
    />
  );
}

/** From the filter, or from a row, to the next or the one before. */
function step(event: KeyboardEvent, filter: HTMLElement | null): void {
  const rows = [...document.querySelectorAll<HTMLElement>(".rows a")];
  const focused = document.activeElement;
  const at = focused instanceof HTMLElement ? rows.indexOf(focused) : -1;
  if (at < 0 && focused !== filter) return;
  event.preventDefault();
  const next = at + (event.key === "ArrowDown" ? 1 : -1);
  const target = next < 0 ? filter : rows[next];
  target?.focus();
}
