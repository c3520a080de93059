export * from "./definition/alarm.ts";
export * from "./definition/chat.ts";
export * from "./definition/fleet.ts";
export * from "./definition/secret.ts";
export * from "./definition/service.ts";
export * from "./definition/sidecar.ts";
export * from "./definition/stage.ts";
