/** The fixtures as Kamal's users write them: pure functions from an edit to `deploy.yml`, and to what was printed. */
import { stringify } from "yaml";
import type { Edit } from "../../test/lab/faults/edit";
import type { Fixture } from "../../test/lab/faults/fixtures";

export interface KamalSettings {
  address: string;
  registry: { address: string; username: string };
  /** The private key's file. */
  keyFile: string;
  /** Where the database is, less what an edit says. */
  database: { host: string; password: string };
}

/** `config/deploy.yml`. The registry's password is a secret by the name KAMAL_REGISTRY_PASSWORD. */
export function kamalConfig(edit: Edit, settings: KamalSettings): string {
  const { address, registry, keyFile, database } = settings;
  const { host = database.host, port = 5432, password = database.password } = edit.database;
  const options = {
    ...(edit.memory === undefined ? {} : { memory: edit.memory }),
    ...(edit.readOnly ? { "read-only": true } : {}),
    ...(edit.dns.length > 0 ? { dns: edit.dns } : {}),
    ...(edit.dnsOptions.length > 0 ? { "dns-opt": edit.dnsOptions } : {}),
    ...(edit.publish === undefined ? {} : { publish: `${edit.publish}:${edit.port}` }),
  };
  const volumes = Object.entries(edit.volumes).map(([source, path]) => `${source}:${path}`);
  return stringify({
    // The images are labelled with this name, which Kamal looks for.
    service: "lite",
    image: edit.image,
    servers: {
      web: {
        hosts: [address],
        ...(edit.command === undefined ? {} : { cmd: edit.command.map(quoted).join(" ") }),
        ...(Object.keys(options).length > 0 ? { options } : {}),
      },
    },
    registry: {
      server: registry.address,
      username: registry.username,
      password: ["KAMAL_REGISTRY_PASSWORD"],
    },
    builder: { arch: "amd64" },
    env: {
      clear: {
        ...edit.env,
        ...edit.secrets,
        DATABASE_URL: `postgres://app:${password}@${host}:${port}/app`,
      },
    },
    ...(volumes.length > 0 ? { volumes } : {}),
    proxy: {
      hosts: edit.hosts,
      app_port: edit.port,
      healthcheck: { path: edit.healthPath, timeout: 3 },
      run: { registry: registry.address, repository: "kamal-proxy", version: edit.proxy },
    },
    ssh: { keys: [keyFile], keys_only: true, config: false },
    deploy_timeout: Number(edit.readyTimeout.slice(0, -1)),
    drain_timeout: 2,
    readiness_delay: 3,
  });
}

/** Why a fixture cannot be put to Kamal, or nothing. */
export function beyondKamal({ edit }: Fixture): string | undefined {
  if (edit.release !== undefined) return "has no release command";
  if (edit.proxyFlags !== undefined) return "does not know the flag";
  if (edit.proxy !== undefined) return "looks at the proxy's version only where it runs";
  if (edit.second === true) return "makes no proxy with a deploy";
  return undefined;
}

/** The sentence of what was printed that comes nearest to a reason, in at most 160 characters. */
export function complaint(text: string): string {
  const lines = text
    .split("\n")
    // Colours and the time in front are no part of it.
    // eslint-disable-next-line no-control-regex
    .map((line) => line.replace(/\u001b\[[0-9;]*m/g, "").trim())
    .filter((line) => line !== "" && !/^(docker )?stderr: WARNING/i.test(line));
  const telling =
    lines.findLast((line) => /^(docker )?stderr: \S/i.test(line)) ??
    lines.findLast((line) => /^Error( response from daemon)?: /.test(line)) ??
    lines.findLast((line) => /\bERROR\b|Exception/.test(line)) ??
    lines.at(-1) ??
    "";
  return telling.replace(/^docker /, "").slice(0, 160);
}

function quoted(word: string): string {
  return /^[\w./:=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
