/**
 * Docker's API on a socket in this process, as far as the verbs that bring images and take them away see it: which requests came, with
 * which login. Real engines are asked in the lab's tests.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The ID of an image, by its name. */
export const imageId = (name: string): string => `sha256:${createHash("sha256").update(name).digest("hex")}`;

export class DockerApi {
  private readonly directory = mkdtempSync(join(tmpdir(), "sextant-docker-"));
  private readonly server = createServer((request, response) => {
    this.answer(request, response);
  });
  /** `METHOD PATH` of each request. */
  readonly requests: string[] = [];
  /** The logins of the pulls. */
  readonly logins: string[] = [];
  /** The containers that went together with the volumes that Docker had made for them. */
  readonly withVolumes: string[] = [];
  /** The containers that are there: their names, and the roles of those that have one. */
  readonly containers = new Map<string, string | undefined>();
  /** Those of them that are stopped, with the time in seconds at which they were made. */
  readonly stopped = new Map<string, number>();
  /** A container whose name is taken, as Docker describes it. */
  taken:
    | {
        name: string;
        Id: string;
        running: boolean;
        labels: Record<string, string>;
        /** What else Docker says of it. */
        more?: { Config?: object; Mounts?: object[] };
      }
    | undefined;
  /** How the start of a container fails. */
  unstartable: string | undefined;
  /** How a request to remove something is answered, where it is not done. */
  refusal: { status: number; message: string } | undefined;
  /** What Docker says instead of making a container. */
  full: string | undefined;
  /** What Docker says to whoever wants to come into a network. */
  readonly networks = new Map<string, string>();
  /** The networks that are not there. */
  readonly noNetworks = new Set<string>();
  /** Whether the registry has no images any more. */
  gone = false;
  /** What is told of a pull, a line of JSON each. */
  told: object[] = [{ status: "Pulling" }];
  /** What images have in them: a directory of this machine for `IMAGE PATH`. */
  readonly trees = new Map<string, string>();
  /** What containers have mounted from the host. */
  readonly mounted: string[] = [];
  /** The images of the containers that were made here, by their names. */
  private readonly made = new Map<string, string>();
  /** The images that are there. */
  readonly images = new Set<string>();
  readonly socket = join(this.directory, "docker.sock");

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(this.socket, resolve));
    return this;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
    rmSync(this.directory, { recursive: true });
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://docker");
    this.requests.push(`${request.method ?? ""} ${pathname}`);
    if (request.method === "POST" && pathname.startsWith("/containers/")) {
      void this.change(request, pathname, response);
      return;
    }
    const network = /^\/networks\/(.*)\/connect$/.exec(pathname)?.[1];
    if (network !== undefined) {
      const message = this.networks.get(network);
      response
        .writeHead(message === undefined ? 200 : 403)
        .end(message === undefined ? "" : JSON.stringify({ message }));
      return;
    }
    const named = /^\/networks\/([^/]+)$/.exec(pathname)?.[1];
    if (request.method === "GET" && named !== undefined) {
      response.writeHead(this.noNetworks.has(named) ? 404 : 200).end(JSON.stringify({ Name: named }));
      return;
    }
    const image = /^\/images\/(.*)\/json$/.exec(pathname)?.[1];
    if (image !== undefined) {
      response.writeHead(this.images.has(image) ? 200 : 404).end("{}");
      return;
    }
    const box = /^\/containers\/(.*)\/archive$/.exec(pathname)?.[1];
    if (box !== undefined) {
      const path = (searchParams.get("path") ?? "").replace(/\/\.$/, "");
      const tree = this.trees.get(`${this.made.get(box) ?? ""} ${path}`);
      response.writeHead(tree === undefined ? 404 : 200);
      response.end(
        tree === undefined
          ? '{"message":"Could not find the file"}'
          : execFileSync("tar", ["-cC", tree, "."]),
      );
      return;
    }
    if (request.method === "DELETE") {
      const { status, message } = this.refusal ?? { status: 204, message: "" };
      if (status === 204 && searchParams.get("v") === "true") this.withVolumes.push(pathname);
      if (status === 204 && pathname === `/containers/${this.taken?.Id ?? ""}`) this.taken = undefined;
      if (status === 204) this.images.delete(pathname.replace("/images/", ""));
      response.writeHead(status).end(message === "" ? "" : JSON.stringify({ message }));
      return;
    }
    const container = /^\/containers\/(.*)\/json$/.exec(pathname)?.[1];
    if (
      container !== undefined &&
      this.taken !== undefined &&
      [this.taken.name, this.taken.Id].includes(container)
    ) {
      const { Id, running, labels, more = {} } = this.taken;
      const networks = { sextant: { NetworkID: running ? "n1" : "" } };
      const Config = { Labels: labels, ...more.Config };
      const there = { Id, State: { Running: running }, HostConfig: {}, ...more, Config };
      response.writeHead(200).end(JSON.stringify({ ...there, NetworkSettings: { Networks: networks } }));
      return;
    }
    if (container !== undefined) {
      const state = { Status: "running", Running: true, Pid: 0 };
      response.writeHead(this.containers.has(container) ? 200 : 404);
      response.end(JSON.stringify({ Id: "a1", State: state, HostConfig: {} }));
      return;
    }
    if (pathname === "/containers/json" || pathname === "/images/json") {
      const all = [...this.containers].map(([name, role]) => ({
        Id: name,
        Names: [`/${name}`],
        ImageID: "sha256:0",
        Created: this.stopped.get(name) ?? 0,
        Labels: role === undefined ? {} : { "sextant.role": role },
        State: this.stopped.has(name) ? "exited" : "running",
        Mounts: this.mounted.map((Source) => ({ Type: "bind", Source })),
      }));
      const images = [...this.images].map((name) => ({ Id: imageId(name), RepoTags: [name] }));
      response.writeHead(200).end(JSON.stringify(pathname === "/images/json" ? images : all));
      return;
    }
    if (this.gone) {
      response.writeHead(404).end('{"message":"manifest for r.test/shop:v1 not found: manifest unknown"}');
      return;
    }
    this.logins.push(String(request.headers["x-registry-auth"]));
    this.images.add(`${searchParams.get("fromImage") ?? ""}:${searchParams.get("tag") ?? ""}`);
    response.writeHead(200).end(this.told.map((line) => `${JSON.stringify(line)}\n`).join(""));
  }

  /** Makes a container of an image that is there, or starts one. */
  private async change(request: IncomingMessage, path: string, response: ServerResponse): Promise<void> {
    let text = "";
    for await (const chunk of request) text += String(chunk);
    if (path !== "/containers/create") {
      const refused = path.endsWith("/start") ? this.unstartable : undefined;
      response.writeHead(refused === undefined ? 204 : 500);
      response.end(refused === undefined ? "" : JSON.stringify({ message: refused }));
      return;
    }
    if (this.taken !== undefined) {
      response.writeHead(409).end('{"message":"Conflict. The container name is already in use"}');
      return;
    }
    if (this.full !== undefined) {
      response.writeHead(500).end(JSON.stringify({ message: this.full }));
      return;
    }
    const { Image } = JSON.parse(text) as { Image: string };
    this.made.set(new URL(request.url ?? "/", "http://docker").searchParams.get("name") ?? "", Image);
    if (this.images.has(Image)) response.writeHead(201).end('{"Id":"c1"}');
    else response.writeHead(404).end(JSON.stringify({ message: `No such image: ${Image}` }));
  }
}
