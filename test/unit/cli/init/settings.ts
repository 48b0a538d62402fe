/** Projects and surroundings for the tests of `sextant init`. */
import type { Surroundings } from "../../../../cli/init/render";
import type { Setup } from "../../../../cli/init/setup";

export const surroundings: Surroundings = {
  version: "1.2.3",
  packages: { "@pulumi/pulumi": "3.1.0", typescript: "5.9.3", "@types/node": "^22" },
  modules: "node_modules",
  manager: { name: "npm" },
};

/** The least that a project has. */
export const least: Setup = {
  name: "shop",
  machine: { kind: "existing", address: "203.0.113.10" },
  ssh: {},
  image: "registry.example.com/shop",
  host: "shop.example.com",
  port: 3000,
  secrets: [],
};

/** A project with all that there is. */
export const most: Setup = {
  ...least,
  name: "my-shop",
  machine: { kind: "hetzner", type: "cx23", location: "fsn1", sshFrom: "203.0.113.0/24" },
  ssh: { keyFile: "~/.ssh/shop", port: 2222 },
  registryUser: "deploy",
  ...{ postgres: "17", redis: "8", worker: "bin/jobs --all" },
  secrets: ["RAILS_MASTER_KEY", "DATABASE_URL", "REDIS_URL"],
};

/** Projects that differ in what the program has, by what is special of them. */
export const setups: Readonly<Record<string, Setup>> = {
  "an existing server": least,
  "all of it": most,
  "a new server whose SSH is set later": { ...least, machine: { kind: "hetzner", type: "cax11" } },
  "a login, keys and a port": {
    ...least,
    machine: { kind: "existing", address: "web.example.com", hostKey: "ssh-ed25519 AAAA" },
    ...{ registryUser: "x", ssh: { keyFile: "/k", user: "ubuntu" }, port: 80 },
  },
  "a runner of GitHub's deploys it": { ...least, github: true },
  "a runner of GitHub's makes the server": { ...most, ssh: {}, github: true },
  "an app whose name is a word of the language": { ...least, name: "import", secrets: ["TOKEN"] },
  "an image of Docker Hub's and a database": {
    ...least,
    image: "me/shop",
    registryUser: "me",
    postgres: "17",
  },
};
