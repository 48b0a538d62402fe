/** A registry in this process, as far as a client that reads images sees one: Basic, tokens, an index, redirects. */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** An image for one platform. */
export interface Made {
  architecture: string;
  config?: {
    Entrypoint?: string[];
    Cmd?: string[];
    ExposedPorts?: Record<string, object>;
    User?: string;
    Volumes?: Record<string, object>;
  };
  /** Whether its layer is compressed by zstd. */
  zstd?: boolean;
}

export class RegistryServer {
  private readonly server = createServer((request, response) => {
    this.answer(request, response);
  });
  private readonly content = new Map<string, { type: string; body: string }>();
  /** Every request, with whether it had credentials. */
  readonly requests: string[] = [];
  /** Host and port, once it listens. */
  address = "";
  /** How it asks for credentials. */
  auth: "none" | "basic" | "bearer" = "none";
  /** Whether it gives tokens to whoever asks. */
  anonymous = false;
  /** How long it takes to answer, in milliseconds. */
  delay = 0;
  readonly login = { username: "deploy", password: "canary-91c2" };

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    this.address = `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return this.address;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  /** Puts an image under a tag: an index for several platforms, a manifest for one. */
  put(repository: string, tag: string, images: readonly Made[]): void {
    const manifests = images.map(({ architecture, config = {}, zstd = false }) => {
      const blob = this.store(repository, "blobs", "application/octet-stream", {
        os: "linux",
        architecture,
        config,
      });
      const type = "application/vnd.oci.image.manifest.v1+json";
      const mediaType = `application/vnd.oci.image.layer.v1.tar+${zstd ? "zstd" : "gzip"}`;
      const layers = [{ mediaType, digest: "sha256:0", size: 1000 }];
      return {
        digest: this.store(repository, "manifests", type, { config: { digest: blob, size: 24 }, layers }),
        platform: { os: "linux", architecture },
      };
    });
    const [only] = manifests;
    if (manifests.length === 1 && only !== undefined) {
      const known = this.content.get(`/v2/${repository}/manifests/${only.digest}`);
      if (known) this.content.set(`/v2/${repository}/manifests/${tag}`, known);
      return;
    }
    const attestation = { digest: "sha256:a", platform: { os: "unknown", architecture: "unknown" } };
    const body = JSON.stringify({ manifests: [...manifests, attestation] });
    const type = "application/vnd.oci.image.index.v1+json";
    this.content.set(`/v2/${repository}/manifests/${tag}`, { type, body });
  }

  /** Puts anything under a path. */
  putRaw(path: string, body: string): void {
    this.content.set(path, { type: "application/json", body });
  }

  private store(repository: string, kind: string, type: string, value: unknown): string {
    const body = JSON.stringify(value);
    const digest = `sha256:${createHash("sha256").update(body).digest("hex")}`;
    this.content.set(`/v2/${repository}/${kind}/${digest}`, { type, body });
    return digest;
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://registry");
    const { authorization = "" } = request.headers;
    this.requests.push(`${pathname} ${authorization.split(" ")[0] ?? ""}`.trim());
    const basic = `Basic ${Buffer.from(`${this.login.username}:${this.login.password}`).toString("base64")}`;
    setTimeout(() => {
      if (pathname === "/token") {
        const known = authorization === basic || (this.anonymous && authorization === "");
        const ok = known && searchParams.get("scope")?.endsWith(":pull") === true;
        response.writeHead(ok ? 200 : 403).end(JSON.stringify(ok ? { token: "t0ken" } : {}));
        return;
      }
      const wanted = { none: "", basic, bearer: "Bearer t0ken" }[this.auth];
      if (authorization !== wanted) {
        const challenge =
          this.auth === "basic"
            ? 'Basic realm="lab"'
            : `Bearer realm="http://${this.address}/token",service="lab",scope="repository:shop:pull"`;
        response.writeHead(401, { "www-authenticate": challenge }).end("{}");
        return;
      }
      const found = this.content.get(pathname);
      if (found === undefined) response.writeHead(404).end('{"errors":[{"code":"MANIFEST_UNKNOWN"}]}');
      else response.writeHead(200, { "content-type": found.type }).end(found.body);
    }, this.delay);
  }
}
