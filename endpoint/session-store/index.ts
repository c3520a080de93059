export { type Listener, listen } from "./listen.ts";
export { SessionStore } from "./store.ts";
