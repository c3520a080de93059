/** The checks, from the outside in: names, the balancer, tasks, their secrets, sessions, alarms, what clients see. */
export const checkIds = [
  ...["name-servers", "certificate", "idle-connections", "targets", "deployments", "images", "drift"],
  ...["secret-versions", "placeholders", "splunk-keys", "splunk-token", "rotation", "pending-labels"],
  ...["sessions", "redis", "alarms", "alarm-thresholds", "alarm-road"],
  ...["oauth-metadata", "mcp", "google-apis"],
];
