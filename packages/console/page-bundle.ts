import { fileURLToPath } from "node:url";
import { build } from "esbuild";

export interface Page {
  /** @param token goes with each action */
  document(token: string): string;
  readonly script: string;
  readonly style: string;
}

/** The page as a browser takes it, bundled in memory: nothing is written, and nothing comes from the network. */
export async function bundlePage(): Promise<Page> {
  const { outputFiles } = await build({
    entryPoints: ["page.tsx", "page.css"],
    absWorkingDir: fileURLToPath(new URL("./page", import.meta.url)),
    outdir: "page",
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2023",
    jsx: "automatic",
    jsxImportSource: "preact",
    logLevel: "silent",
  });
  const textOf = (extension: string) => outputFiles.find(({ path }) => path.endsWith(extension))?.text ?? "";
  return { document, script: textOf(".js"), style: textOf(".css") };
}

const document = (token: string) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="action-token" content="${token}">
    <title>mcp-fleet console</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/page.css">
    <script type="module" src="/page.js"></script>
  </head>
  <body>
    <noscript>The console needs JavaScript: it shows the fleet as it changes.</noscript>
  </body>
</html>
`;
