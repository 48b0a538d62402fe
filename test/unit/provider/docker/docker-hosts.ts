/**
 * Hosts with Docker on them, as far as volumes and the containers that use them go. The providers, ssh's callers and curl are the real
 * ones; `ssh` is a script that runs its line here, against the Docker of the host that it is asked for, and fails for all others.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SshAddress } from "../../../../provider/ssh/address";

export interface FakeVolume {
  Driver: string;
  Options: Record<string, string> | null;
  Labels: Record<string, string> | null;
}
export interface FakeUser {
  name: string;
  volumes: string[];
  owner?: string;
  state?: string;
  /** Kamal's label. */
  service?: string;
  /** Whether it writes to them, as Docker says it. @default nothing is said of it */
  writes?: boolean;
}

export class FakeDocker {
  readonly volumes = new Map<string, FakeVolume>();
  users: FakeUser[] = [];
  /** The images that are there, with the paths of their VOLUME. */
  readonly images = new Map<string, string[]>();
  /** The containers that are there by their ids, with what is mounted in them. */
  readonly mounts = new Map<string, { Type: string; Name: string; Destination: string }[]>();
  /** The ids of those that were removed together with their volumes without names. */
  readonly removedWhole: string[] = [];
  /** `METHOD PATH` of each request. */
  readonly requests: string[] = [];
  /** Called before each request is answered. */
  before: (request: string) => void = () => undefined;

  constructor(
    readonly shell: SshAddress,
    readonly server: Server,
  ) {
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      void this.answer(request, response);
    });
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = "";
    for await (const chunk of request) text += String(chunk);
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://docker");
    const line = `${request.method ?? ""} ${pathname}`;
    this.requests.push(line);
    this.before(line);
    const end = (status: number, body?: unknown): void => {
      response.writeHead(status).end(body === undefined ? "" : JSON.stringify(body));
    };
    if (line === "POST /volumes/create") {
      const {
        Name,
        Driver = "local",
        DriverOpts = null,
        Labels = null,
      } = JSON.parse(text) as {
        Name: string;
        Driver?: string;
        DriverOpts?: Record<string, string>;
        Labels?: Record<string, string>;
      };
      if (!this.volumes.has(Name)) this.volumes.set(Name, { Driver, Options: DriverOpts, Labels });
      end(201, { Name, ...this.volumes.get(Name) });
      return;
    }
    if (pathname === "/containers/json") {
      const { volume = [] } = JSON.parse(searchParams.get("filters") ?? "{}") as { volume?: string[] };
      const users = this.users.filter(
        ({ volumes }) => volume.length === 0 || volumes.some((each) => volume.includes(each)),
      );
      end(
        200,
        users.map(({ name, owner, service, volumes, writes, state = "running" }) => ({
          Names: [`/${name}`],
          State: state,
          Mounts: volumes.map((each) =>
            each.startsWith("/")
              ? { Type: "bind", Source: each, RW: writes }
              : { Type: "volume", Name: each, Source: `/volumes/${each}/_data`, RW: writes },
          ),
          Labels: {
            ...(owner === undefined ? {} : { "sextant.owner": owner }),
            ...(service === undefined ? {} : { service }),
          },
        })),
      );
      return;
    }
    const container = /^\/containers\/([^/]+)(?:\/json)?$/.exec(pathname)?.[1] ?? "";
    const Mounts = this.mounts.get(container);
    if (Mounts !== undefined) {
      if (request.method === "DELETE") {
        this.mounts.delete(container);
        if (searchParams.get("v") === "true") this.removedWhole.push(container);
        end(204);
      } else end(200, { Id: container, State: { Running: false }, HostConfig: {}, Config: {}, Mounts });
      return;
    }
    if (pathname === "/volumes") {
      const { name: names = [] } = JSON.parse(searchParams.get("filters") ?? "{}") as { name?: string[] };
      const found = [...this.volumes.keys()].filter((each) => names.some((part) => each.includes(part)));
      end(200, { Volumes: found.map((Name) => ({ Name, ...this.volumes.get(Name) })) });
      return;
    }
    const image = /^\/images\/(.+)\/json$/.exec(decodeURIComponent(pathname))?.[1];
    if (image !== undefined) {
      const paths = this.images.get(image);
      const Volumes = Object.fromEntries((paths ?? []).map((path) => [path, {}]));
      end(paths === undefined ? 404 : 200, { Config: { Volumes: paths?.length === 0 ? null : Volumes } });
      return;
    }
    const name = /^\/volumes\/([^/]+)$/.exec(pathname)?.[1] ?? "";
    const there = this.volumes.get(name);
    if (there === undefined) end(404, { message: `get ${name}: no such volume` });
    else if (request.method === "GET") end(200, { Name: name, ...there });
    else if (this.users.some(({ volumes }) => volumes.includes(name)))
      end(409, { message: `remove ${name}: volume is in use` });
    else {
      this.volumes.delete(name);
      end(204);
    }
  }
}

/** The command `docker`, of what is in directories: FAKES/HOST/volumes/NAME/_data and FAKES/HOST/running/NAME. */
const command = `case "$1 $2" in
"volume inspect") for name; do :; done; mkdir -p "$FAKE/volumes/$name/_data"; echo "$FAKE/volumes/$name/_data" ;;
"inspect --type") for name; do :; done; [ ! -e "$FAKE/running/$name" ] || echo true ;;
"stop --time") rm "$FAKE/running/$4" ;;
"start "*) : >"$FAKE/running/$2" ;;
esac`;

export class DockerHosts {
  readonly directory = mkdtempSync(join(tmpdir(), "sextant-hosts-"));
  private readonly servers: Server[] = [];

  constructor() {
    const find = `for word; do case $word in root@*) host=$word ;; esac; line=$word; done`;
    const there = `[ -S "${this.directory}/$host" ] || { echo "ssh: connect to host $host port 22: No route to host" >&2; exit 255; }`;
    const env = `export FAKE="${this.directory}/hosts/$host" PATH="${this.directory}/hosts/$host/bin:$PATH" DOCKER_HOST="unix://${this.directory}/$host"`;
    this.command("ssh", `${find}\n${there}\n${env}\nexec sh -c "$line"`);
    this.command("docker", command);
  }

  private command(name: string, script: string): void {
    writeFileSync(join(this.directory, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  /** A host by the last number of its address. */
  async host(name: string, at: number): Promise<FakeDocker> {
    const destination = `root@192.0.2.${at}`;
    for (const each of ["bin", "running"])
      mkdirSync(join(this.directory, "hosts", destination, each), { recursive: true });
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(this.directory, destination), resolve));
    this.servers.push(server);
    return new FakeDocker({ name, destination, port: 22 }, server);
  }

  /** The directory of a volume. */
  place({ shell }: FakeDocker, volume: string): string {
    return join(this.directory, "hosts", shell.destination, "volumes", volume, "_data");
  }

  start({ shell }: FakeDocker, container: string): void {
    writeFileSync(join(this.directory, "hosts", shell.destination, "running", container), "");
  }

  running({ shell }: FakeDocker, container: string): boolean {
    return existsSync(join(this.directory, "hosts", shell.destination, "running", container));
  }

  /** Puts a script in the place of a command on a host, or takes it away again. */
  breaks({ shell }: FakeDocker, name: string, script: string | undefined): void {
    const file = join("hosts", shell.destination, "bin", name);
    if (script === undefined) rmSync(join(this.directory, file));
    else this.command(file, script);
  }

  remove(): void {
    for (const server of this.servers) {
      server.closeAllConnections();
      server.close();
    }
    rmSync(this.directory, { recursive: true });
  }
}
