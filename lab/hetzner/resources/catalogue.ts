/** Routes of what Hetzner offers: types, images, locations, prices; and the actions of all kinds. */
import { datacenters, locations } from "../catalogue/locations";
import { images, type Image } from "../catalogue/images";
import { loadBalancerTypes } from "../catalogue/load-balancer-types";
import { pricing } from "../catalogue/pricing";
import { orderProblem, serverTypes } from "../catalogue/server-types";
import type { Cloud } from "../cloud";
import { actionById, listActions } from "../collection";
import { notFound } from "../errors";
import { idOf, ok, type Router } from "../http";
import { page, type ListOptions } from "../pagination";

export function catalogueRoutes(router: Router, cloud: Cloud): void {
  function table<T extends { id: number }>(
    key: string,
    one: string,
    entries: () => T[],
    options: Pick<ListOptions<T>, "filters" | "sorts"> = {},
  ): void {
    router.on("GET", `/${key}`, (call) =>
      page(call, entries(), { key, endpoint: cloud.endpoint(), ...options }),
    );
    router.on("GET", `/${key}/:id`, (call) => {
      const entry = entries().find((each) => each.id === idOf(call));
      if (!entry) throw notFound(one, idOf(call));
      return ok({ [one]: entry });
    });
  }
  table("server_types", "server_type", () => serverTypes);
  table("load_balancer_types", "load_balancer_type", () => loadBalancerTypes);
  table("locations", "location", () => locations);
  table("datacenters", "datacenter", datacentersWithTypes);
  table<{ id: number }>("isos", "iso", () => []);
  router.on("GET", "/images", (call) => {
    const includeDeprecated = call.query.get("include_deprecated") === "true";
    const entries = images.filter((image) => includeDeprecated || image.deprecated === null);
    return page(call, entries, {
      key: "images",
      sorts: ["id", "name", "created"],
      filters: {
        type: (image: Image, value) => image.type === value,
        status: (image: Image, value) => image.status === value,
        architecture: (image: Image, value) => image.architecture === value,
        bound_to: () => false,
      },
      endpoint: cloud.endpoint(),
    });
  });
  router.on("GET", "/images/:id", (call) => {
    const image = images.find((each) => each.id === idOf(call));
    if (!image) throw notFound("image", idOf(call));
    return ok({ image });
  });
  router.on("GET", "/pricing", () => ok({ pricing }));
  router.on("GET", "/actions", (call) => listActions(cloud, call, () => true));
  router.on("GET", "/actions/:id", (call) => ok({ action: actionById(cloud, idOf(call)) }));
}

function datacentersWithTypes(): object[] & { id: number }[] {
  return datacenters.map((datacenter) => {
    const supported = serverTypes.filter((type) =>
      type.locations.some((each) => each.name === datacenter.location.name),
    );
    const available = supported.filter((type) => orderProblem(type, datacenter.location.name) === undefined);
    return {
      ...datacenter,
      server_types: {
        supported: supported.map((type) => type.id),
        available: available.map((type) => type.id),
        available_for_migration: available.map((type) => type.id),
      },
    };
  });
}
