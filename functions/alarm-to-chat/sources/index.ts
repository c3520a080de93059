import type { Source } from "#chat/enrichment.ts";
import { lastDeployment } from "./deployment.ts";
import { errorLines } from "./error-lines.ts";
import { history } from "./history.ts";
import { targetHealth } from "./target-health.ts";

export const sources: readonly Source[] = [targetHealth, lastDeployment, errorLines, history];
