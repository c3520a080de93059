import { fileURLToPath } from "node:url";

// A reader that closes the pipe, as in `fleet logs … | head`, is no failure.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => process.exit(0));

const project = fileURLToPath(new URL("../..", import.meta.url));
const [command, dashes, ...words] = process.argv.slice(2);
// What a shell asks at each Tab: loaded first, the program would take most of the time.
if (command === "complete" && dashes === "--")
  await import("./completion/answer.ts").then(({ answerTab }) => answerTab(project, words));
else await import("./process.ts").then(({ runProcess }) => runProcess(project));
