import { defineFleet } from "#fleet";

export default defineFleet({
  domain: "themailworks.com",
  region: "us-east-1",

  stages: {
    prod: { account: "573946584375" },
    local: { runsOn: "loopback" },
  },

  oauth: { paths: ["/.well-known/*", "/oauth2/*", "/auth/*"] },
  audit: { secret: "splunk", index: "mcp_audit" },
  sidecar: { image: "573946584375.dkr.ecr.us-east-1.amazonaws.com/mcp/sidecar:latest" },

  alarms: {
    unhealthyHosts: { threshold: 1 },
    healthyHosts: { threshold: 1 },
    errors5xx: { threshold: 1 },
    // Not measured yet; they are marked as placeholders wherever they are shown.
    latencyP95: { threshold: 1.0, basis: "placeholder" },
    latencyP99: { threshold: 1.0, basis: "placeholder" },
    latencyAverage: { threshold: 1.0, basis: "placeholder" },
  },

  chat: {
    secret: "chat",
    destinations: {
      "slack-feed": { receiver: "slack-webhook", key: "SLACK_WEBHOOK_URL" },
      // Threads and edits need the bot; channel and token belong together.
      slack: { receiver: "slack-bot", key: "SLACK_BOT_TOKEN", channel: "C0MCPALERTS", apiKey: "SLACK_API_URL" },
      teams: { receiver: "teams", key: "TEAMS_WEBHOOK_URL" },
      "google-chat": { receiver: "google-chat", key: "GOOGLE_CHAT_WEBHOOK_URL" },
    },
    routes: [{ to: ["slack", "slack-feed", "teams", "google-chat"] }],
    // Buttons in Slack: `you` is whoever presses one on the page of the local chats.
    actions: {
      stages: ["local"],
      slack: { secret: "slack-app", key: "SLACK_SIGNING_SECRET", allowed: ["U0LOCALYOU"] },
    },
    fallbackEmails: ["platform@themailworks.com"],
  },

  secrets: {
    "google-oauth": {
      description: "OAuth client of the Google Cloud project, for logins",
      keys: {
        GOOGLE_OAUTH_CLIENT_ID: { placeholder: "replace-me.apps.googleusercontent.com" },
        GOOGLE_OAUTH_CLIENT_SECRET: { placeholder: "replace-me" },
      },
      rotation: { issuer: "google-oauth", everyDays: 90 },
    },
    splunk: {
      description: "Splunk HTTP Event Collector, for the audit trail",
      keys: {
        SPLUNK_HEC_URL: { placeholder: "https://replace-me.splunkcloud.com:8088" },
        SPLUNK_HEC_TOKEN: { placeholder: "00000000-0000-0000-0000-000000000000" },
      },
      aliases: { endpoint: "SPLUNK_HEC_URL", token: "SPLUNK_HEC_TOKEN" },
      rotation: { issuer: "splunk-hec", platform: "cloud", admin: "splunk-admin", everyDays: 30 },
    },
    "splunk-admin": {
      description: "Splunk Cloud's Admin Config Service, for rotating the token of the audit trail",
      keys: {
        SPLUNK_ADMIN_URL: { placeholder: "https://admin.splunk.com/replace-me/adminconfig/v2" },
        SPLUNK_ADMIN_TOKEN: { placeholder: "replace-me" },
      },
      rotation: { declined: "A Splunk administrator issues it; nothing may issue its own administrator." },
    },
    chat: {
      description: "Webhook addresses and the bot token of the chats that alarms go to",
      keys: {
        SLACK_WEBHOOK_URL: { placeholder: "https://hooks.slack.com/services/replace-me" },
        SLACK_BOT_TOKEN: { placeholder: "xoxb-replace-me" },
        SLACK_API_URL: { placeholder: "https://slack.com/api" },
        TEAMS_WEBHOOK_URL: { placeholder: "https://replace-me.logic.azure.com/workflows/replace-me" },
        GOOGLE_CHAT_WEBHOOK_URL: { placeholder: "https://chat.googleapis.com/v1/spaces/replace-me/messages" },
      },
    },
    "slack-app": {
      description: "Signing secret of the Slack app, which proves that a button was pressed there",
      keys: { SLACK_SIGNING_SECRET: { placeholder: "replace-me" } },
    },
    "session-keys": {
      description: "Keys that encrypt sessions and sign tokens, so that a new client secret logs nobody out",
      keys: {
        SESSION_ENCRYPTION_KEY: { randomBytes: 32 },
        FASTMCP_SERVER_AUTH_GOOGLE_JWT_SIGNING_KEY: { randomBytes: 32 },
      },
      rotation: { declined: "New keys end every session at once: everybody would have to log in again." },
    },
  },

  services: {
    google_workspace: {
      host: "google",
      image: "573946584375.dkr.ecr.us-east-1.amazonaws.com/mcp/workspace:latest",
      port: 8000,
      cpu: 256,
      memory: 512,
      healthPath: "/health",
      oauth: "owner",
      sessions: true,
      audit: { source: "mcp-google" },
      secrets: ["google-oauth", "session-keys"],
      environment: {
        WORKSPACE_EXTERNAL_URL: "{url}",
        MCP_ENABLE_OAUTH21: "true",
        // Without it, sessions are in the memory of a task, and every rotation ends them.
        WORKSPACE_MCP_STATELESS_MODE: "true",
        WORKSPACE_MCP_ALLOWED_CLIENT_REDIRECT_URIS:
          "https://claude.ai/api/mcp/auth_callback,https://claude.com/api/mcp/auth_callback,http://localhost:*,http://127.0.0.1:*",
      },
      local: { command: ["node", "packages/starter/main.ts"] },
    },

    // The official reference server: every feature of the protocol, no login, no state. A worked example.
    everything: {
      host: "everything",
      image: "docker.io/mcp/everything:latest",
      // The image's own command speaks stdio.
      command: ["node", "dist/index.js", "streamableHttp"],
      port: 3001,
      cpu: 256,
      memory: 512,
      healthPath: "/mcp",
      // It has no health route: a running server answers 400 to a GET without a session.
      healthCodes: "400",
      // It has no login, and a tool that shows its environment.
      stages: { only: ["local"] },
      local: { command: ["npx", "--no-install", "mcp-server-everything", "streamableHttp"] },
    },
  },
});
