/** Routes of what Hetzner offers: types, images, locations, prices; and the actions of all kinds. */
import { locations } from "../catalogue/locations";
import { images, type Image } from "../catalogue/images";
import { loadBalancerTypes } from "../catalogue/load-balancer-types";
import { pricing } from "../catalogue/pricing";
import { serverTypes, withStock } from "../catalogue/server-types";
import type { Cloud } from "../cloud";
import { actionById, listActions } from "../collection";
import { failure, notFound } from "../errors";
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
  table("server_types", "server_type", () => serverTypes.map((type) => withStock(type, cloud.faults)));
  table("load_balancer_types", "load_balancer_type", () => loadBalancerTypes);
  table("locations", "location", () => locations);
  // Removed after 1 October 2026: CHANGELOG.md of hcloud-go, v2.44.0, and hcloud/error.go for the code.
  for (const path of ["/datacenters", "/datacenters/:id"]) {
    router.on("GET", path, () => {
      throw failure("deprecated_api_endpoint", "API functionality was removed");
    });
  }
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
