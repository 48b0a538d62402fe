/**
 * A registry in this process that takes nothing but what the distribution specification allows (opencontainers/distribution-spec v1.1): a
 * blob by the digest of what came, and a manifest when all that it names is there. It notes what it is asked, and can be cut off.
 */
import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createEncrypted, type ServerOptions } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { namedBy } from "../../../../provider/registry/layout";

export const digestOf = (bytes: Buffer | string): string =>
  `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

export class StrictRegistry {
  readonly blobs = new Map<string, Buffer>();
  readonly manifests = new Map<string, { type: string; bytes: Buffer }>();
  /** The digests of tags, as `repository:tag`. */
  readonly tags = new Map<string, string>();
  /** `METHOD path` of each request. */
  readonly asked: string[] = [];
  /** Bytes of blobs that came, whole or not. */
  came = 0;
  /** The most requests with a blob that were under way at a time. */
  most = 0;
  /** Told of the bytes of a blob as they come; it may cut the connection. */
  coming: (bytes: number, socket: Socket) => void = () => undefined;
  /** Whether it says nothing more. */
  silent = false;
  private uploads = new Set<string>();
  private under = 0;

  private constructor(private readonly server: Server) {
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      this.answer(request, response).catch(() => response.destroy());
    });
  }

  /** @param tls what it is encrypted by; without, it is not */
  static async start(tls?: ServerOptions): Promise<StrictRegistry> {
    const registry = new StrictRegistry(tls === undefined ? createServer() : createEncrypted(tls));
    registry.server.listen(0, "127.0.0.1");
    await once(registry.server, "listening");
    return registry;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** What was sent of blobs, by their digests. */
  get uploaded(): string[] {
    return this.asked.flatMap((line) => /^PUT .*\/uploads\/.*digest=(.*)$/.exec(line)?.[1] ?? []);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url = "" } = request;
    this.asked.push(`${method} ${decodeURIComponent(url)}`);
    if (this.silent) return;
    const { pathname, searchParams } = new URL(url, "http://registry");
    const end = (status: number, headers: Record<string, string> = {}, body: Buffer | string = ""): void => {
      response.writeHead(status, { ...headers, "Content-Length": Buffer.byteLength(body) });
      response.end(method === "HEAD" ? undefined : body);
    };
    const refuse = (status: number, code: string): void => {
      end(status, {}, JSON.stringify({ errors: [{ code, message: "no" }] }));
    };
    const upload = /^\/v2\/(.+)\/blobs\/uploads\/(.*)$/.exec(pathname);
    if (upload !== null && method === "POST") {
      const id = randomUUID();
      this.uploads.add(id);
      end(202, {
        Location: `http://registry.test:5000/v2/${upload[1] ?? ""}/blobs/uploads/${id}?_state=a%2Bb`,
      });
      return;
    }
    if (upload !== null && method === "PUT") {
      this.under += 1;
      this.most = Math.max(this.most, this.under);
      const bytes = await this.bodyOf(request).finally(() => (this.under -= 1));
      const digest = searchParams.get("digest") ?? "";
      if (!this.uploads.delete(upload[2] ?? "") || searchParams.get("_state") !== "a+b")
        refuse(404, "BLOB_UPLOAD_UNKNOWN");
      else if (bytes.length !== Number(request.headers["content-length"])) refuse(400, "SIZE_INVALID");
      else if (digestOf(bytes) !== digest) refuse(400, "DIGEST_INVALID");
      else {
        this.blobs.set(digest, bytes);
        end(201, { Location: `/v2/${upload[1] ?? ""}/blobs/${digest}` });
      }
      return;
    }
    const [, kind = "", repository = "", kindOf = "", reference = ""] =
      /^(\/v2\/)(.+)\/(blobs|manifests)\/([^/]+)$/.exec(pathname) ?? [];
    if (kind === "") return refuse(404, "NAME_UNKNOWN");
    if (kindOf === "blobs") {
      const blob = this.blobs.get(reference);
      if (blob === undefined) refuse(404, "BLOB_UNKNOWN");
      else end(200, {}, blob);
      return;
    }
    const digest = this.tags.get(`${repository}:${reference}`) ?? reference;
    if (method !== "PUT") {
      const manifest = this.manifests.get(digest);
      if (manifest === undefined) refuse(404, "MANIFEST_UNKNOWN");
      else end(200, { "Content-Type": manifest.type, "Docker-Content-Digest": digest }, manifest.bytes);
      return;
    }
    const bytes = await this.bodyOf(request);
    const { manifests, blobs } = namedBy(JSON.parse(bytes.toString("utf8")));
    const whole = manifests.every((each) => this.manifests.has(each.digest));
    if (!whole || blobs.some((each) => this.blobs.get(each.digest)?.length !== each.size))
      return refuse(400, "MANIFEST_BLOB_UNKNOWN");
    const actual = digestOf(bytes);
    if (reference.startsWith("sha256:") && reference !== actual) return refuse(400, "DIGEST_INVALID");
    this.manifests.set(actual, { type: request.headers["content-type"] ?? "", bytes });
    if (!reference.startsWith("sha256:")) this.tags.set(`${repository}:${reference}`, actual);
    end(201, { Location: `/v2/${repository}/manifests/${actual}` });
  }

  private async bodyOf(request: IncomingMessage): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      if (!(request.url ?? "").includes("/uploads/")) continue;
      this.came += chunk.length;
      this.coming(chunk.length, request.socket);
    }
    return Buffer.concat(chunks);
  }
}
