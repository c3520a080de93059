import * as v from "valibot";
import type { ConditionKeys } from "#endpoint/core/ports.ts";
import { evaluate, type Question } from "./authorization.ts";
import { policyDocument, type Statement } from "./policy-document.ts";

const Document = v.pipe(v.string(), v.parseJson(), policyDocument);

/** The statements of a policy that is attached to a resource; `undefined` where it is none. */
export function statementsIn(text: string): readonly Statement[] | undefined {
  const parsed = v.safeParse(Document, text);
  return parsed.success ? parsed.output.Statement : undefined;
}

/** Whether the policy of a resource lets a service of AWS do something with it. */
export function letsService(
  statements: readonly Statement[],
  service: string,
  question: Pick<Question, "action" | "resource"> & { readonly conditionKeys?: ConditionKeys },
): boolean {
  const about = statements.filter(
    ({ Principal }) =>
      Principal === "*" || [Principal?.Service, Principal?.AWS].flat().some((it) => it === service || it === "*"),
  );
  // Services of AWS come over TLS.
  const conditionKeys = { "aws:SecureTransport": "true", ...question.conditionKeys };
  return evaluate([{ text: "", statements: about }], { ...question, conditionKeys }) === "allow";
}
