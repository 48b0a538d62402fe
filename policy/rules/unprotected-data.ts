/** Accessories whose data goes with them, and servers that hold data and are not protected. */
import { known, type Resource, type Violation } from "./resource";

export function unprotectedData(resources: readonly Resource[]): Violation[] {
  const accessories = resources.filter(({ type, props }) => {
    const volumes = known(() => props["volumes"]);
    return type === "sextant:accessory:Accessory" && Array.isArray(volumes) && volumes.length > 0;
  });
  const lost = accessories.flatMap((accessory): Violation[] => {
    const volumes = resources.filter(
      ({ type, parent }) => type === "pulumi-nodejs:dynamic/sextant:Volume" && parent === accessory.urn,
    );
    const kept = known(() => accessory.props["keepData"]) === true || volumes.every(({ protect }) => protect);
    return kept
      ? []
      : [
          {
            violation: `the data of accessory ${accessory.name} goes with it; set keepData: true.`,
            urn: accessory.urn,
          },
        ];
  });
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
