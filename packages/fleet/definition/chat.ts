export const severities = ["critical", "warning", "info"] as const;
/** `critical`: users notice now. `warning`: they may soon, or a few do. `info`: worth knowing. */
export type Severity = (typeof severities)[number];

export interface ChatDefinition<SecretName extends string = string, StageName extends string = string> {
  /** The secret that holds webhook addresses and tokens: destinations name its keys. */
  readonly secret: NoInfer<SecretName>;
  /** Places in chats, by a name of your choosing. */
  readonly destinations: { readonly [name: string]: ChatDestination };
  /** What goes where. All matching routes apply; a destination named by several gets one message. */
  readonly routes: readonly ChatRoute<NoInfer<StageName>>[];
  /** When to stay silent. What is still ongoing when a window ends is sent then. */
  readonly mutes?: readonly ChatMute[];
  /** Seconds in which alarms of one service are gathered into one message, 1 to 300. Default 30, on loopback 2. */
  readonly groupWaitSeconds?: number;
  /** Hours after which an ongoing alarm is sent again. Default 4. */
  readonly repeatAfterHours?: number;
  /** What the runbook of an alarm is below, to make a link of it: "https://github.com/example/fleet/blob/main". */
  readonly runbookUrl?: string;
  /** Buttons on Slack's messages. Without them there is no door for presses, and nothing to find on the internet. */
  readonly actions?: ChatActions<SecretName, StageName>;
  /**
   * Where whoever reads a message runs `fleet console`: "http://127.0.0.1:8091". What lasts then links to it. Default: no
   * link, on loopback the console of `npm start`.
   */
  readonly consoleUrl?: string;
  /** Who gets e-mail when the road to the chats is itself broken. */
  readonly fallbackEmails: readonly string[];
}

export interface ChatActions<SecretName extends string = string, StageName extends string = string> {
  /** Stages that have buttons. Default: all. */
  readonly stages?: readonly NoInfer<StageName>[];
  /** The Slack app that the messages come from: its buttons acknowledge, silence for an hour, and open the console. */
  readonly slack: {
    /** A secret of its own, so that the door on the internet can read no webhook. */
    readonly secret: NoInfer<SecretName>;
    /** Key of that secret with the app's signing secret. */
    readonly key: string;
    /** Ids of those who may press, `U0123456789`. */
    readonly allowed: readonly string[];
  };
}

export type ChatDestination =
  | {
      readonly receiver: "slack-webhook" | "teams" | "google-chat";
      /** Key of the chat secret with the webhook's address. */
      readonly key: string;
    }
  | {
      readonly receiver: "slack-bot";
      /** Key of the chat secret with the bot token (`xoxb-…`, scope `chat:write`). */
      readonly key: string;
      /** Channel id, `C0123456789`. */
      readonly channel: string;
      /** Key with the address of the Web API, for GovSlack or a stand-in. Default `https://slack.com/api`. */
      readonly apiKey?: string;
    }
  | {
      readonly receiver: "pagerduty" | "opsgenie";
      /** Key of the chat secret with PagerDuty's integration key (Events API v2), or Opsgenie's API key. */
      readonly key: string;
      /** Key with the address of the API, for the service region in Europe. Default: that in the United States. */
      readonly apiKey?: string;
    }
  | {
      readonly receiver: "webhook";
      /** Key of the chat secret with the address that gets each message as JSON. */
      readonly key: string;
      /** Key with what each message is signed with (HMAC-SHA256), so that the address can tell it is ours. */
      readonly signingKey: string;
    }
  | {
      readonly receiver: "email";
      /** Who gets a mail at each beginning and end: AWS asks each of them, once, to confirm. */
      readonly addresses: readonly string[];
    };

/** An omitted field matches everything. */
export interface ChatRoute<StageName extends string = string> {
  readonly to: readonly string[];
  readonly stages?: readonly StageName[];
  readonly services?: readonly string[];
  readonly severities?: readonly Severity[];
  /**
   * Whom a message of this route calls, by severity and in the chat's own ids: a Slack user `U…`, a group `S…`, `here`,
   * `channel`; a person in Teams by address; `users/…` or `users/all` in Google Chat. Each chat calls those it knows.
   */
  readonly mention?: { readonly [severity in Severity]?: readonly string[] | undefined } | undefined;
}

export interface ChatMute {
  /** Why, for whoever wonders later. */
  readonly reason: string;
  /** `22:00`; a window that ends before it begins runs over midnight. */
  readonly from: string;
  readonly until: string;
  /** Days on which a window begins. Default: all. */
  readonly days?: readonly Weekday[];
  /** IANA time zone of `from` and `until`. Default `UTC`. */
  readonly timeZone?: string;
  readonly services?: readonly string[];
  readonly severities?: readonly Severity[];
}

export const weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Weekday = (typeof weekdays)[number];
