import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

interface PanelProps {
  /** The target of a link in the line at the top. */
  readonly id?: string;
  readonly title: string;
  readonly class?: string;
  /** Beside the title: a count, a button. */
  readonly aside?: ComponentChildren;
  readonly problem?: string | undefined;
  readonly children: ComponentChildren;
}

/** A landmark with a heading. */
export function Panel({ id, title, class: name, aside, problem, children }: PanelProps) {
  const heading = useId();
  return (
    <section id={id} class={`panel ${name ?? ""}`} aria-labelledby={heading}>
      <div class="title">
        <h2 id={heading} tabIndex={-1}>
          {title}
        </h2>
        {aside}
      </div>
      {problem !== undefined && <p class="problem">Could not be read: {problem}</p>}
      {children}
    </section>
  );
}

/** A log scrolls by itself, so a keyboard must reach it. */
export function Scroll({ label, children }: { readonly label: string; readonly children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by keyboard only this way (WCAG 2.1.1).
    <section class="scroll" tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}
