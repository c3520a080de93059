/** A browser without a screen: it keeps cookies, follows redirects and submits the first form with the given button. */
export class Browser {
  readonly #cookies = new Map<string, string>();
  readonly #fetch: typeof fetch;

  constructor(using: typeof fetch = fetch) {
    this.#fetch = using;
  }

  /**
   * Follows a login from the authorization URL to the client's redirect URI, which is not visited.
   * @param account the user's `sub` to choose at Google, or "" to cancel there
   * @returns the address the browser is sent to in the end
   */
  async logIn(start: URL, redirectUri: string, account: string, consent = "allow"): Promise<URL> {
    const ours = await this.#visit(start);
    const google = await this.#submit(ours, "decision", consent, redirectUri);
    if (google instanceof URL) return google;
    const back = await this.#submit(google, "account", account, redirectUri);
    if (back instanceof URL) return back;
    throw new Error(`The login ended at ${back.url.href}: ${back.html}`);
  }

  async #submit(page: Page, button: string, value: string, redirectUri: string): Promise<Page | URL> {
    const action = page.html.match(/<form method="post"(?: action="([^"]+)")?>/);
    if (action === null) throw new Error(`${page.url.href} has no form: ${page.html}`);
    const form = new URLSearchParams();
    for (const [, name, content] of page.html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)) {
      form.set(readEntities(name ?? ""), readEntities(content ?? ""));
    }
    form.set(button, value);
    return this.#follow(new URL(action[1] ?? page.url.href, page.url), redirectUri, { method: "POST", body: form });
  }

  async #visit(url: URL): Promise<Page> {
    const page = await this.#follow(url, "none:", {});
    if (page instanceof URL) throw new Error(`${url.href} led away to ${page.href}.`);
    return page;
  }

  async #follow(url: URL, redirectUri: string, init: RequestInit): Promise<Page | URL> {
    const origin = url.origin;
    const response = await this.#fetch(url, {
      ...init,
      redirect: "manual",
      headers: { cookie: this.#cookiesFor(origin) },
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [pair] = cookie.split(";");
      const [name, content] = (pair ?? "").split("=", 2);
      if (name !== undefined && content !== undefined) this.#cookies.set(`${origin} ${name}`, content);
    }
    const location = response.headers.get("location");
    if (location === null) return { url, html: await response.text() };
    const next = new URL(location, url);
    return next.href.startsWith(redirectUri) ? next : this.#follow(next, redirectUri, {});
  }

  #cookiesFor(origin: string): string {
    return [...this.#cookies]
      .filter(([key]) => key.startsWith(`${origin} `))
      .map(([key, content]) => `${key.slice(origin.length + 1)}=${content}`)
      .join("; ");
  }
}

interface Page {
  readonly url: URL;
  readonly html: string;
}

const entities: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
};

function readEntities(text: string): string {
  return text.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => entities[entity] ?? entity);
}
