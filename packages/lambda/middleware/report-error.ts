import type { MiddlewareObj } from "@middy/core";
import { maskSecrets } from "#chat/text/mask.ts";
import { log } from "../log.ts";

/**
 * Logs why an event failed, and lets it fail with that text alone. Lambda logs a thrown error and passes it to callers
 * and destinations with every property it has: text from elsewhere may hold a credential.
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html
 */
export function reportError(): MiddlewareObj<unknown, unknown> {
  return {
    onError(request) {
      const { name, message, stack = "" } = request.error instanceof Error ? request.error : new Error("Not an Error");
      const masked = maskSecrets(message.slice(0, longest));
      log({ level: "error", name, message: masked });
      const frames = stack.split("\n").filter((line) => /^ {4}at /.test(line));
      request.error = Object.assign(new Error(masked), { name, stack: [`${name}: ${masked}`, ...frames].join("\n") });
    },
  };
}

/** Characters of a message, before any pattern sees them. */
const longest = 4_096;
