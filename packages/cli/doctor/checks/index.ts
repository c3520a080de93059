import type { Check } from "../check.ts";
import { alarmRoad } from "./alarm-road.ts";
import { alarmThresholds } from "./alarm-thresholds.ts";
import { alarms } from "./alarms.ts";
import { certificate } from "./certificate.ts";
import { deployments } from "./deployments.ts";
import { drift } from "./drift.ts";
import { googleApis } from "./google-apis.ts";
import { idleConnections } from "./idle-connections.ts";
import { images } from "./images.ts";
import { mcp } from "./mcp.ts";
import { nameServers } from "./name-servers.ts";
import { oauthMetadata } from "./oauth-metadata.ts";
import { pendingLabels } from "./pending-labels.ts";
import { placeholders } from "./placeholders.ts";
import { redis } from "./redis.ts";
import { rotation } from "./rotation.ts";
import { secretVersions } from "./secret-versions.ts";
import { sessions } from "./sessions.ts";
import { splunkKeys } from "./splunk-keys.ts";
import { splunkToken } from "./splunk-token.ts";
import { targets } from "./targets.ts";

/** From the outside in: names, the balancer, the tasks, their secrets, sessions, alarms, and what clients see. */
export const checks: readonly Check[] = [
  ...[nameServers, certificate, idleConnections, targets, deployments, images, drift],
  ...[secretVersions, placeholders, splunkKeys, splunkToken, rotation, pendingLabels],
  ...[sessions, redis, alarms, alarmThresholds, alarmRoad],
  ...[oauthMetadata, mcp, googleApis],
];
