/** The same yardstick over stdin and stdout. */
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { createBareServer } from "./bare-tool.ts";

serveStdio(createBareServer);
