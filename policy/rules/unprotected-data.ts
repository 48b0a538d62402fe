/** Volumes that are deleted with their data, and servers that hold data and are not protected. */
import { known, type Resource, type Violation } from "./resource";

export function unprotectedData(resources: readonly Resource[]): Violation[] {
  const accessories = resources.filter(({ type, props }) => {
    const volumes = known(() => props["volumes"]);
    return type === "sextant:index:Accessory" && Array.isArray(volumes) && volumes.length > 0;
  });
  const names = new Map(resources.map((each) => [each.urn, each]));
  const lost = resources
    .filter(({ type, parent, props, protect }) => {
      const owner = names.get(parent ?? "")?.type ?? "";
      const holdsData = ["sextant:index:Accessory", "sextant:index:App"].includes(owner);
      const volume = type === "sextant:index:Volume" && holdsData && !protect;
      return volume && known(() => props["data"]) === "discard";
    })
    .map(({ name, urn }) => ({
      violation: `the volume ${name} is deleted with all data when it goes; leave data: "discard" out.`,
      urn,
    }));
  const holding = new Set(accessories.map(({ props }) => known(() => props["server"])));
  const open = resources
    .filter(({ type, name }) => type === "hcloud:index/server:Server" && holding.has(name))
    .filter(({ protect }) => !protect)
    .map(({ name, urn }) => ({
      violation: `server ${name} holds data and can be deleted; set protect: true.`,
      urn,
    }));
  return [...lost, ...open];
}
