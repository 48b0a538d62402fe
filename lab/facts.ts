/** What other programs need to know of the running lab: `npm run lab -- status --json` prints it. */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { labSeed } from "./chance";
import type { Docker } from "./docker/docker";
import { hostOf } from "./hetzner/addresses";
import { type ApiAccess, apiAccess } from "./hetzner/daemon";
import { backendDir, pulumiHome, sshKeyFile } from "./lab";
import { installPlugins } from "./plugins";
import { labDir } from "./paths";
import { type RegistryAccess, registryAccess } from "./registry/registry";
import { compileCache } from "./toolchain/node";
import { toolPath } from "./toolchain/path";
import { ensureToolchain } from "./toolchain/toolchain";

/** A server as the lab's cloud has it. */
export interface LabServer {
  name: string;
  status: string;
  ipv4: string | undefined;
  ipv6: string | undefined;
  privateIps: string[];
  sshUser: string;
  sshKeyFile: string;
}

export interface LabFacts {
  api: ApiAccess;
  registry: RegistryAccess;
  docker: { host: string };
  /** From which follows what the lab leaves to chance. */
  seed: string;
  pulumi: { backend: string; home: string; passphrase: string };
  sshKeyFile: string;
  /** Environment in which `pulumi` works on the lab; the rest of a child's environment is its parent's. */
  env: Record<string, string>;
  servers: LabServer[];
}

/** The facts of a lab that is up; undefined while it is not. */
export async function labFacts(docker: Docker | undefined): Promise<LabFacts | undefined> {
  const api = apiAccess();
  if (!api || !docker) return undefined;
  const { bin } = await ensureToolchain();
  installPlugins(bin);
  const pulumi = {
    backend: `file://${backendDir()}`,
    home: pulumiHome(),
    passphrase: secret("pulumi-passphrase"),
  };
  return {
    api,
    registry: registryAccess(),
    docker: { host: docker.host },
    seed: labSeed(),
    pulumi,
    sshKeyFile: sshKeyFile(),
    env: {
      PATH: await toolPath(),
      NODE_COMPILE_CACHE: compileCache(),
      PULUMI_HOME: pulumi.home,
      PULUMI_BACKEND_URL: pulumi.backend,
      PULUMI_CONFIG_PASSPHRASE: pulumi.passphrase,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_IGNORE_AMBIENT_PLUGINS: "true",
      // Types are checked by the compiler in the linters, not again at each run.
      PULUMI_NODEJS_TRANSPILE_ONLY: "true",
      HCLOUD_TOKEN: api.token,
      HCLOUD_ENDPOINT: api.endpoint,
      // A dead agent would fail every connection; the lab's key is a file.
      SSH_AUTH_SOCK: "",
    },
    servers: await servers(api),
  };
}

/** The facts of a lab that was brought up. @throws Error where it does not answer by now */
export async function factsOfLab(docker: Docker): Promise<LabFacts> {
  const facts = await labFacts(docker);
  if (!facts) throw new Error("the lab does not answer after it was brought up");
  return facts;
}

/** A random secret of this lab, made at the first call. */
export function secret(name: string): string {
  const file = join(labDir(), "secrets", name);
  if (!existsSync(file)) {
    mkdirSync(join(labDir(), "secrets"), { recursive: true, mode: 0o700 });
    writeFileSync(file, randomBytes(16).toString("hex"), { mode: 0o600 });
  }
  return readFileSync(file, "utf8");
}

interface ApiServer {
  name: string;
  status: string;
  public_net: { ipv4: { ip: string } | null; ipv6: { ip: string } | null };
  private_net: { ip: string }[];
}

async function servers(api: ApiAccess): Promise<LabServer[]> {
  const response = await fetch(`${api.endpoint}/servers?per_page=50`, {
    headers: { Authorization: `Bearer ${api.token}` },
  });
  if (!response.ok)
    throw new Error(`hetzner: GET /servers was answered ${response.status}: ${await response.text()}`);
  const { servers: found } = (await response.json()) as { servers: ApiServer[] };
  return found.map((server) => ({
    name: server.name,
    status: server.status,
    ipv4: server.public_net.ipv4?.ip,
    // The cloud gives a network, and its images take the first address of it.
    ipv6: server.public_net.ipv6 ? hostOf(server.public_net.ipv6.ip) : undefined,
    privateIps: server.private_net.map(({ ip }) => ip),
    sshUser: "root",
    sshKeyFile: sshKeyFile(),
  }));
}
