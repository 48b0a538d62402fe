/** Inputs of steps, for tests. */
import type { SwitchInputs } from "../../../../provider/release/switch";

export const shell = { name: "web-1", destination: "root@192.0.2.1", port: 22 };

export const switched: SwitchInputs = {
  shell,
  role: "shop/prod/shop/web",
  container: "shop-web-web-1-9a2cd08",
  services: ["shop-web"],
  claimed: [],
  stopTimeout: "30s",
  timeout: "120s",
  route: {
    service: "shop-web",
    port: 3000,
    hosts: ["shop.test"],
    deployTimeout: "60s",
    drainTimeout: "30s",
    responseTimeout: "30s",
    health: { path: "/up", host: "shop.test" },
    buffer: { requests: true, responses: true },
  },
};
