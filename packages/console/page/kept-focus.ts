import { useEffect, useLayoutEffect, useRef } from "preact/hooks";

/** What has the focus, and what is near it in case it goes. */
interface Held {
  readonly element: HTMLElement;
  /** The rows after it, those before it, and the headings of what it is in: the nearest first. */
  readonly near: readonly HTMLElement[];
}

/** A task that stops, or a service that a deploy removes, must not take the keyboard's place with it. */
export function useKeptFocus(): void {
  const held = useRef<Held>(undefined);
  useEffect(() => {
    const enter = ({ target }: FocusEvent) => {
      held.current = target instanceof HTMLElement ? holdOf(target) : undefined;
    };
    // Whoever clicks beside it leaves it; what is removed is gone by then.
    const leave = () =>
      queueMicrotask(() => {
        if (held.current?.element.isConnected === true && document.activeElement === document.body)
          held.current = undefined;
      });
    document.addEventListener("focusin", enter);
    document.addEventListener("focusout", leave);
    return () => {
      document.removeEventListener("focusin", enter);
      document.removeEventListener("focusout", leave);
    };
  }, []);
  useLayoutEffect(() => {
    if (held.current === undefined || held.current.element.isConnected) return;
    const next = document.activeElement === document.body ? nextTo(held.current) : undefined;
    held.current = undefined;
    next?.focus({ preventScroll: true });
  });
}

function holdOf(element: HTMLElement): Held {
  const rows = [...document.querySelectorAll<HTMLElement>(".rows a")];
  const at = rows.indexOf(element);
  const around = [element.closest("article"), element.closest("section")];
  const headings = around.flatMap((one) => one?.querySelector<HTMLElement>("h2, h3") ?? []);
  return { element, near: [...(at < 0 ? [] : [...rows.slice(at), ...rows.slice(0, at).toReversed()]), ...headings] };
}

/** The same link elsewhere, or what of its neighbourhood is still there. */
function nextTo({ element, near }: Held): HTMLElement | undefined {
  const address = element.getAttribute("href");
  const links = address === null ? [] : [...document.querySelectorAll<HTMLElement>("main a")];
  return links.find((link) => link.getAttribute("href") === address) ?? near.find((one) => one.isConnected);
}
