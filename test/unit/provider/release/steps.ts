/** Inputs of steps, for tests. */
import type { ReleaseInputs } from "../../../../provider/release/release";
import type { SwitchInputs } from "../../../../provider/release/switch";

export const shell = { name: "web-1", destination: "root@192.0.2.1", port: 22 };

export const releasing: ReleaseInputs = {
  shell,
  name: "shop-prod-shop-release",
  image: "r.test/shop:v2",
  command: ["bin/rails", "db:prepare"],
  timeout: "10m",
  env: { KAMAL_VERSION: "v2" },
  secrets: { TOKEN: "canary-7f3a" },
  network: "sextant",
  volumes: [
    { volumeName: "shop-data", containerPath: "/data" },
    { hostPath: "/etc/tls", containerPath: "/tls" },
  ],
};

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
