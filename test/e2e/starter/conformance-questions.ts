import * as v from "valibot";
import { z } from "zod";
import {
  type AnyTool,
  acceptedContent,
  defineTool,
  inputRequired,
  type ToolContext,
  type ToolResult,
  text,
} from "#sidecar/toolbox/tool.ts";

const Name = z.object({ name: z.string() });
const Confirmation = z.object({ ok: z.boolean() });
const Color = z.object({ color: z.string() });
const Sampled = v.object({ content: v.object({ text: v.string() }) });
const Roots = v.object({ roots: v.array(v.object({ uri: v.string() })) });
const Step = v.object({ round: v.number(), name: v.optional(v.string()) });

const askName = (message: string) => inputRequired.elicit({ message, requestedSchema: Name });
const askConfirmation = inputRequired.elicit({ message: "Please confirm", requestedSchema: Confirmation });
const askModel = (question: string) =>
  inputRequired.createMessage({
    messages: [{ role: "user", content: { type: "text", text: question } }],
    maxTokens: 100,
  });

function tool(name: string, run: (context: ToolContext) => Promise<ToolResult> | ToolResult): AnyTool {
  return defineTool({
    name,
    title: name,
    description: "For the conformance suite",
    input: {},
    run: (_, context) => run(context),
  });
}

const sampled = (answer: unknown): string | undefined => {
  const parsed = v.safeParse(Sampled, answer);
  return parsed.success ? parsed.output.content.text : undefined;
};

/** Tools that ask before they answer, as the suite expects of them: with the starter's own means. */
export const questions: readonly AnyTool[] = [
  tool("test_missing_capability", ({ answers }) =>
    answers.llm_answer === undefined
      ? inputRequired({ inputRequests: { llm_answer: askModel("ping") } })
      : text("pong"),
  ),
  tool("test_input_required_result_elicitation", ({ answers }) => {
    const given = acceptedContent(answers, "user_name", Name);
    if (given === undefined) return inputRequired({ inputRequests: { user_name: askName("What is your name?") } });
    return text(`Hello, ${given.name}!`);
  }),
  tool("test_input_required_result_sampling", ({ answers }) => {
    const answer = sampled(answers.capital_question);
    if (answer !== undefined) return text(answer);
    return inputRequired({ inputRequests: { capital_question: askModel("What is the capital of France?") } });
  }),
  tool("test_input_required_result_list_roots", ({ answers }) => {
    const parsed = v.safeParse(Roots, answers.client_roots);
    if (!parsed.success) return inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } });
    return text(parsed.output.roots.map(({ uri }) => uri).join(", "));
  }),
  tool("test_input_required_result_request_state", async ({ answers, state, seal }) => {
    const confirmed = acceptedContent(answers, "confirm", Confirmation);
    if (confirmed !== undefined && state !== undefined) return text("state-ok");
    return inputRequired({ inputRequests: { confirm: askConfirmation }, requestState: await seal({ asked: true }) });
  }),
  tool("test_input_required_result_multiple_inputs", async ({ answers, seal }) => {
    const given = acceptedContent(answers, "user_name", Name);
    const greeting = sampled(answers.greeting);
    const roots = v.safeParse(Roots, answers.client_roots);
    if (given !== undefined && greeting !== undefined && roots.success) return text(`${greeting} ${given.name}`);
    return inputRequired({
      inputRequests: {
        user_name: askName("What is your name?"),
        greeting: askModel("Generate a greeting"),
        client_roots: inputRequired.listRoots(),
      },
      requestState: await seal({ asked: true }),
    });
  }),
  tool("test_input_required_result_multi_round", async ({ answers, state, seal }) => {
    const parsed = v.safeParse(Step, state);
    const { round, name } = parsed.success ? parsed.output : { round: 0, name: undefined };
    switch (round) {
      case 0:
        return inputRequired({
          inputRequests: { step1: askName("What is your name?") },
          requestState: await seal({ round: 1 }),
        });
      case 1:
        return inputRequired({
          inputRequests: {
            step2: inputRequired.elicit({ message: "What is your favorite color?", requestedSchema: Color }),
          },
          requestState: await seal({ round: 2, name: acceptedContent(answers, "step1", Name)?.name }),
        });
      default:
        return text(`${name} likes ${acceptedContent(answers, "step2", Color)?.color}`);
    }
  }),
  tool("test_input_required_result_tampered_state", async ({ answers, state, seal }) => {
    if (state !== undefined && acceptedContent(answers, "confirm") !== undefined) return text("integrity-ok");
    return inputRequired({ inputRequests: { confirm: askConfirmation }, requestState: await seal({ asked: true }) });
  }),
];

export { askModel, askName };
