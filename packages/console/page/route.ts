import { useEffect, useState } from "preact/hooks";

/** What the address says: `#/services/<key>` is a page of its own, which can be shared; all else is the whole fleet. */
export type Route = { readonly kind: "fleet" } | { readonly kind: "service"; readonly key: string };

const prefix = "#/services/";

export function routeOf(hash: string): Route {
  if (!hash.startsWith(prefix)) return { kind: "fleet" };
  try {
    return { kind: "service", key: decodeURIComponent(hash.slice(prefix.length)) };
  } catch {
    // A `%` that encodes nothing.
    return { kind: "fleet" };
  }
}

export function addressOf(key: string): string {
  return `${prefix}${encodeURIComponent(key)}`;
}

export function useRoute(): Route {
  const [route, setRoute] = useState(() => routeOf(location.hash));
  useEffect(() => {
    const follow = () => setRoute(routeOf(location.hash));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return route;
}
