/** A server whose proxy ends TLS, and one whose proxy is behind nginx, with what the tests edit from CERTIFICATES. */
import * as pulumi from "@pulumi/pulumi";
import {
  App,
  Firewall,
  Proxy,
  Registry,
  Server,
  http,
  http3,
  https,
  letsEncrypt,
  ownCertificate,
  ssh,
  type Tls,
} from "../../../../components";
import type { Edit } from "../edit";

const edit = JSON.parse(process.env["CERTIFICATES"] ?? "") as Edit;
const config = new pulumi.Config();
const images = config.require("registry");
const registry = new Registry("registry", {
  address: images,
  username: config.require("registryUser"),
  password: config.requireSecret("registryPassword"),
  insecure: true,
});
const common = {
  type: "cx23" as const,
  registries: [registry],
  ssh: { privateKeyFile: config.require("sshKeyFile") },
};
const operator = ssh.from(config.require("operator"));

const edge = new Firewall("certs-edge", { allow: [operator, http, https, http3] });
const open = new Server("certs-1", { ...common, firewalls: [edge] });
const proxy = new Proxy("proxy", {
  servers: [open],
  image: `${images}/kamal-proxy:${edit.proxy}`,
  http3: true,
  transform: {
    container: {
      env: { SSL_CERT_FILE: "/acme.pem" },
      uploads: [{ file: "/acme.pem", content: edit.acme.trust }],
      body: { HostConfig: { Dns: [edit.acme.address] } },
    },
  },
});

function tls(): Tls | undefined {
  switch (edit.tls) {
    case "none":
      return undefined;
    case "letsEncrypt":
      return letsEncrypt();
    case "staging":
      return letsEncrypt({ staging: true });
    case "own":
      return ownCertificate(edit.own?.certificate ?? "", pulumi.secret(edit.own?.key ?? ""));
  }
}

new App("lite", {
  image: `${images}/lite`,
  version: "v1",
  proxy,
  route: { hosts: edit.hosts, port: 3000, drainTimeout: "2s", tls: tls() },
  stopTimeout: "2s",
  roles: { web: { servers: [open] } },
});

function behindNginx(): pulumi.Output<string> {
  const shut = new Firewall("certs-front", { allow: [operator, http, https] });
  const server = new Server("certs-2", { ...common, firewalls: [shut] });
  new App("shop", {
    image: `${images}/shop`,
    version: "v1",
    proxy: new Proxy("inner", {
      servers: [server],
      image: `${images}/kamal-proxy:${edit.proxy}`,
      behind: "nginx",
    }),
    route: { hosts: ["front.test"], port: 3000 },
    roles: { web: { servers: [server] } },
    env: { FORCE_SSL: "1", SSL_EXCEPT: "/up" },
    secrets: { SECRET_KEY_BASE: pulumi.secret("0123456789abcdef0123456789abcdef0123456789abcdef") },
  });
  return server.address;
}

export const address = open.address;
export const front = edit.front ? behindNginx() : undefined;
