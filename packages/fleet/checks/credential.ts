import { hasCredential, hidden, isCredentialCommand } from "../credential.ts";
import type { Problem } from "../problem.ts";

/** A credential in any text of the map but `environment`, of which `checkVariables` knows more. */
export function checkCredentials(value: unknown, field = ""): readonly Problem[] {
  if (typeof value === "string") return hasCredential(value) ? [problem(field, value)] : [];
  if (typeof value !== "object" || value === null || /^services\.[^.]+\.environment$/.test(field)) return [];
  const isList = Array.isArray(value) && value.every((word) => typeof word === "string");
  if (isList) return isCredentialCommand(value) ? [problem(field, value.join(" "))] : [];
  return Object.entries(value).flatMap(([key, inner]) =>
    checkCredentials(inner, field === "" ? key : `${field}.${key}`),
  );
}

function problem(field: string, text: string): Problem {
  return {
    field,
    value: hidden(text),
    allowed: "only what anybody may read: the map is in git",
    remedy:
      "Write replace-me instead, have the committed credential reissued, and set the value with ./fleet secrets set: services get it as a variable.",
  };
}
