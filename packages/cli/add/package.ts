import * as v from "valibot";
import type { FleetDefinition } from "#fleet";
import { Image } from "#fleet/schema/container.ts";
import { Failure } from "../failure.ts";
import { imageOf } from "./running.ts";
import type { Package, ServerJson } from "./server-json.ts";

/** The first of a server's packages that an entry can run. @throws {Failure} naming what is against each */
export function packageOf(map: FleetDefinition, { name, packages, remotes }: ServerJson): Package {
  const found = packages.find((one) => obstacleOf(map, one) === undefined);
  if (found !== undefined) return found;
  if (packages.length === 0) {
    const [{ url } = { url: "" }] = remotes;
    const instead =
      url === ""
        ? "Name a package of it, as npm:<package>, pypi:<package> or image:<image>."
        : `Clients connect to ${url}.`;
    throw new Failure(`${name} has no package: there is nothing that the fleet could run. ${instead}`);
  }
  throw new Failure(packages.map((one) => `${one.identifier} ${obstacleOf(map, one)}`).join("\n"));
}

/** Where a package comes from when nobody names another place. */
export const usual = { npm: "registry.npmjs.org", pypi: "pypi.org" } as const;
const names = {
  // https://docs.npmjs.com/cli/configuring-npm/package-json#name; the old ones with capitals are still there.
  npm: /^(?:@[a-z0-9~-][\w.~-]*\/)?[a-z0-9~_-][\w.~-]*$/i,
  // https://packaging.python.org/en/latest/specifications/name-normalization/
  pypi: /^[a-z0-9](?:[\w.-]*[a-z0-9])?(?:\[[\w,.-]+\])?$/i,
} as const;

/** Why an entry cannot run it. What is written into a Dockerfile can be nothing but a name and a version. */
function obstacleOf(map: FleetDefinition, found: Package): string | undefined {
  const { registryType, registryBaseUrl, identifier, version, transport } = found;
  if (!["stdio", "streamable-http"].includes(transport.type)) {
    return `speaks ${transport.type}, and the sidecar Streamable HTTP and stdio: look for a newer version.`;
  }
  switch (registryType) {
    case "npm":
    case "pypi": {
      const [host, isName] = [usual[registryType], names[registryType].test(identifier) && !identifier.startsWith("-")];
      if (!isName)
        return `is no name of a package in ${host}: write it as there, such as @modelcontextprotocol/server-memory.`;
      if (version !== undefined && !/^\w[\w.+!-]*$/.test(version)) {
        return `has ${JSON.stringify(version)} for a version: name one alone, such as 1.4.2.`;
      }
      if (registryBaseUrl !== undefined && URL.parse(registryBaseUrl)?.host.replace(/^www\./, "") !== host) {
        return `comes from ${registryBaseUrl}, and is fetched from ${host}: build an image of it, and add image:<image>.`;
      }
      if (map.sidecar !== undefined) return undefined;
      return "is put into the image of the sidecar, and the map names none: add `sidecar: { image }`.";
    }
    case "oci":
      return obstacleOfImage(found);
    default:
      return `is a package of ${registryType}, and only npm, PyPI and container registries have what runs here: build an image that speaks HTTP, and add image:<image>.`;
  }
}

function obstacleOfImage(found: Package): string | undefined {
  if (!v.is(Image, imageOf(found))) {
    return "is no image: its repository is in lower case, with one tag or digest behind it. Write it as its registry has it, without https://, such as ghcr.io/acme/notes:1.4.0.";
  }
  return found.transport.type === "stdio"
    ? "speaks stdio and brings an image of its own, which has no sidecar in it: copy the server into an image on the sidecar's, as docs/adding-a-service.md shows."
    : undefined;
}
