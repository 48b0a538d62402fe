/**
 * A service of tokens for the lab's registry, as Docker Hub and ghcr.io have one: it takes a login at one address and gives a token for
 * another. It runs in the process that asks for it, and is the witness of the logins that came.
 */
import { X509Certificate, randomUUID, sign } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { run } from "../docker/exec";
import { publicNetwork } from "../machine/names";
import { labDir } from "../paths";
import type { Login } from "./logins";

const port = 5002;
/** What the registry's configuration has as `issuer` and `service`; lab/images/registry. */
const name = "lab";

/** Where a registry sends those who want a token. */
export const tokenRealm = `http://${publicNetwork.ipv4.gateway}:${port}/token`;

const files = (): { key: string; certificate: string } => ({
  key: join(labDir(), "registry", "tokens.key"),
  certificate: join(labDir(), "registry", "tokens.pem"),
});

/** The certificate by which the registry knows the service's tokens; made at the first call. */
export async function tokenCertificate(): Promise<string> {
  const { key, certificate } = files();
  if (!existsSync(certificate)) {
    mkdirSync(join(labDir(), "registry"), { recursive: true, mode: 0o700 });
    await run("openssl", [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
      ...["-days", "3650", "-subj", "/CN=tokens", "-keyout", key, "-out", certificate],
    ]);
  }
  return readFileSync(certificate, "utf8");
}

/** A service that listens until it is closed. */
export interface TokenService {
  /** Who asked, with which scope: a user whose login was right, `refused` or `nobody`. */
  readonly asked: { who: string; scope: string }[];
  close(): void;
}

/** Starts it for these logins. */
export async function startTokens(logins: readonly Login[]): Promise<TokenService> {
  const certificate = await tokenCertificate();
  const key = readFileSync(files().key, "utf8");
  const asked: TokenService["asked"] = [];
  const server = createServer((request, response) => {
    const scope = new URL(request.url ?? "/", tokenRealm).searchParams.getAll("scope").join(" ");
    const [, basic = ""] = /^Basic (.*)$/.exec(request.headers.authorization ?? "") ?? [];
    const given = Buffer.from(basic, "base64").toString("utf8");
    const login = logins.find(({ username, password }) => given === `${username}:${password}`);
    asked.push({ who: login?.username ?? (basic === "" ? "nobody" : "refused"), scope });
    const body = login === undefined ? {} : { token: tokenFor(login.username, scope, key, certificate) };
    response.writeHead(login === undefined ? 401 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve, reject) => {
    server.on("error", reject);
    server.listen(port, publicNetwork.ipv4.gateway, resolve);
  });
  return {
    asked,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A token as the registry takes it: distribution v2.8 docs/spec/auth/jwt.md. */
function tokenFor(user: string, scope: string, key: string, certificate: string): string {
  const now = Math.floor(Date.now() / 1000);
  const access = scope
    .split(" ")
    .map((each) => /^repository:(.+):([^:]+)$/.exec(each))
    .flatMap((found) =>
      found === null ? [] : [{ type: "repository", name: found[1], actions: found[2]?.split(",") }],
    );
  const header = {
    typ: "JWT",
    alg: "ES256",
    x5c: [new X509Certificate(certificate).raw.toString("base64")],
  };
  const claims = {
    ...{ iss: name, aud: name, sub: user, jti: randomUUID(), access },
    ...{ iat: now, nbf: now - 60, exp: now + 300 },
  };
  const payload = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  const signature = sign("sha256", Buffer.from(payload), { key, dsaEncoding: "ieee-p1363" });
  return `${payload}.${signature.toString("base64url")}`;
}
