import { z } from "zod";
import { defineTool, text } from "#sidecar";

export default defineTool({
  name: "add",
  title: "Add",
  description: "Adds two numbers.",
  input: { a: z.number().describe("The first summand"), b: z.number().describe("The second summand") },
  run: ({ a, b }) => text(String(a + b)),
});
