import type { Act } from "./plot.ts";
import { minute } from "./time.ts";
import { idOf } from "./values.ts";
import { begin, type World } from "./world.ts";

/** People at their consoles. What AWS refuses them they try again later. */
export function work(world: World): void {
  for (const act of world.plot.acts) {
    const now = () => attempt(act, world);
    if (act.since === undefined) world.time.at(begin + act.at, now);
    else world.whenRevoking.push(() => world.time.after(act.at, now));
  }
}

function attempt(act: Act, world: World): void {
  try {
    perform(act, world);
  } catch (error) {
    world.note(`people: AWS refuses that: ${error}`);
  }
}

function perform(act: Act, world: World): void {
  world.note(`people: ${Object.values(act).slice(1).join(" ")}`);
  switch (act.kind) {
    case "put":
      put(act, world);
      return;
    case "stage":
      stage(act, world);
      return;
    case "rotate":
      world.rotations.rotate(idOf(act.secret));
      world.time.stir();
      return;
    case "cancel":
      // No deploy turns on what the map declines.
      if (!world.secrets.state(idOf(act.secret)).rotates) return;
      world.rotations.cancel(idOf(act.secret));
      resumeLater(act.secret, world);
      return;
    case "deploy": {
      const service = world.ecs.services.get(act.service);
      const revision = (service?.primary?.image.revision ?? 1) + 1;
      if (service?.status === "ACTIVE") service.deploy({ revision, broken: act.image === "broken" });
      return;
    }
    case "remove":
      world.removed.add(act.service);
      world.time.after(minute, () => world.ecs.services.get(act.service)?.remove());
  }
}

function put({ secret, value }: Act & { readonly kind: "put" }, world: World): void {
  const SecretId = idOf(secret);
  const text =
    value === "previous"
      ? world.secrets.holder(SecretId, "AWSPREVIOUS")?.text
      : world.values.write(settingOf(secret, world), value);
  if (text !== undefined) world.secrets.put({ SecretId, SecretString: text });
}

function stage({ secret, value }: Act & { readonly kind: "stage" }, world: World): void {
  const SecretString = world.values.write(settingOf(secret, world), value);
  world.secrets.put({ SecretId: idOf(secret), SecretString, VersionStages: ["candidate"] });
}

/** The next deploy turns rotation on again, or the one after it. */
function resumeLater(secret: string, world: World): void {
  world.time.after(50 * minute, () => {
    world.time.stir();
    void world.rotations.resume(idOf(secret)).then((outcome) => {
      world.note(`people: ${secret} rotates again: ${outcome}`);
      if (outcome !== "resumed") resumeLater(secret, world);
    });
  });
}

export function settingOf(secret: string, { plot }: World) {
  const setting = plot.setting.secrets.find(({ key }) => key === secret);
  if (setting === undefined) throw new Error(`The plot ${plot.name} has no secret ${secret}.`);
  return setting;
}
