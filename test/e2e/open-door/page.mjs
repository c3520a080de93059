// What runs in a page of another site: the test hands these functions to the browser.

/** Runs in the page. @returns what was let in */
export async function attackFromPage({ origin, query }) {
  const http = `http://${origin}/?${query}`;
  const letIn = [];
  const settled = async (name, outcome) => {
    const late = new Promise((resolve) => setTimeout(() => resolve(false), 1_000));
    if (await Promise.race([outcome, late])) letIn.push(name);
  };
  const form = document.createElement("form");
  const frame = document.createElement("iframe");
  frame.name = "target";
  document.body.append(frame, form);
  Object.assign(form, { method: "post", action: http, target: "target" });
  form.submit();
  await settled(
    "an image",
    new Promise((resolve) => {
      const image = new Image();
      image.onload = () => resolve(true);
      image.onerror = () => resolve(false);
      image.src = http;
    }),
  );
  for (const path of ["/", "/events", "/changes", "/v4/x", "/services/x", "/mcp"]) {
    await settled(
      `reading ${path}`,
      fetch(`http://${origin}${path}`).then(
        () => true,
        () => false,
      ),
    );
  }
  for (const type of ["text/plain", "application/x-www-form-urlencoded"]) {
    const body = new Blob([query], { type });
    await fetch(http, { method: "POST", mode: "no-cors", body }).catch(() => undefined);
  }
  navigator.sendBeacon(http, query);
  await settled(
    "a WebSocket",
    new Promise((resolve) => {
      const socket = new WebSocket(`ws://${origin}/v1/data-channel/x`);
      socket.onopen = () => resolve(true);
      socket.onerror = () => resolve(false);
    }),
  );
  return letIn;
}

/** Runs in the page of a rebound name: to the browser, these are requests of one origin. */
export async function askOwnOrigin(headers) {
  const read = await fetch("/", { headers });
  const posted = await fetch("/", { method: "POST", headers, body: "{}" });
  return [read.status, posted.status];
}
