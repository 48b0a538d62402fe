/** A registry with TLS and a service of tokens beside it, as Docker Hub and ghcr.io are: which of them gets the login, and which never. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { pairFor } from "../certificates";

const directory = mkdtempSync(join(tmpdir(), "sextant-tls-"));
const pair = pairFor("localhost", "127.0.0.1");
const login = { username: "octocat", password: 'pa"ss: wörd?' };
const basic = `Basic ${Buffer.from(`${login.username}:${login.password}`).toString("base64")}`;
const config = '{"os":"linux","architecture":"amd64","config":{"User":"1000"}}';
const manifest = JSON.stringify({ config: { digest: "sha256:c", size: 1 }, layers: [] });

let registry: Server;
let tokens: Server;
/** `WHO PATH SCHEME` of each request. */
let requests: string[] = [];
/** What the registry asks for, and what the service gives. */
let challenge = (_realm: string): string => "";
let given: object = {};
let wanted = "";

function listen(
  name: string,
  answer: (url: URL, authorization: string) => [number, string, string?],
): Server {
  return createServer({ key: pair.key, cert: pair.certificate }, (request, response) => {
    const url = new URL(request.url ?? "/", "https://x");
    const { authorization = "" } = request.headers;
    requests.push(`${name} ${url.pathname}${url.search} ${authorization.split(" ")[0] ?? ""}`.trim());
    const [status, body, asked] = answer(url, authorization);
    response.writeHead(status, asked === undefined ? {} : { "www-authenticate": asked }).end(body);
  }).listen(0);
}
const port = (server: Server): number => (server.address() as AddressInfo).port;

beforeAll(() => {
  writeFileSync(join(directory, "cert"), pair.certificate);
  tokens = listen("tokens", (_url, authorization) =>
    authorization === basic ? [200, JSON.stringify(given)] : [401, "{}"],
  );
  registry = listen("registry", ({ pathname }, authorization) =>
    authorization === wanted
      ? [200, pathname.includes("/manifests/") ? manifest : config]
      : [401, "{}", challenge(`https://127.0.0.1:${port(tokens)}/token`)],
  );
});
afterAll(() => {
  for (const server of [registry, tokens]) server.close();
  rmSync(directory, { recursive: true });
});
beforeEach(() => {
  requests = [];
});

async function ask(words: string[] = [login.username, login.password], trusted = true): Promise<unknown> {
  const image = `localhost:${port(registry)}/acme/shop`;
  const script = join(__dirname, "ask-registry.ts");
  const { stdout } = await promisify(execFile)("npx", ["tsx", script, image, "v1", ...words], {
    env: { ...process.env, ...(trusted ? { NODE_EXTRA_CA_CERTS: join(directory, "cert") } : {}) },
  });
  return JSON.parse(stdout);
}

const read = { facts: { user: "1000", platforms: ["linux/amd64"] } };

describe("a login over TLS", () => {
  it("goes to the realm on another host, which gives a token for several scopes", async () => {
    challenge = (realm) =>
      `Bearer realm="${realm}",service="r.test",scope="repository:acme/shop:pull repository:acme/base:pull"`;
    given = { token: "", access_token: "t0ken", expires_in: 300 };
    wanted = "Bearer t0ken";
    expect(await ask()).toMatchObject(read);
    expect(requests).toEqual([
      "registry /v2/acme/shop/manifests/v1",
      "tokens /token?service=r.test&scope=repository%3Aacme%2Fshop%3Apull&scope=repository%3Aacme%2Fbase%3Apull Basic",
      "registry /v2/acme/shop/manifests/v1 Bearer",
      "registry /v2/acme/shop/blobs/sha256:c Bearer",
    ]);
  });

  it("goes to a registry that asks for it itself, among other things", async () => {
    challenge = () => "Negotiate, basic realm=ecr";
    wanted = basic;
    expect(await ask()).toMatchObject(read);
    expect(await ask([login.username, "wrong"])).toEqual({ failure: "unauthorized" });
  });

  it("goes to no realm over plain HTTP", async () => {
    challenge = () => `Bearer realm="http://127.0.0.1:${port(tokens)}/token"`;
    expect(await ask()).toEqual({ failure: "unauthorized" });
    expect(requests.filter((request) => /tokens|Basic/.test(request))).toEqual([]);
  });

  it("goes to nobody whose certificate nobody knows", async () => {
    expect(await ask(undefined, false)).toEqual({ failure: "unreachable" });
    expect(requests).toEqual([]);
  });
});
