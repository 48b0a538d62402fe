/**
 * Asks a registry for manifests and blobs by its HTTP API (version 2), with the credentials that it asks for: Basic, or
 * a token by its WWW-Authenticate header. No error holds a credential.
 */
import { isIP, isIPv4 } from "node:net";
import { registryHost } from "./reference";

/** A login at a registry. */
export interface Login {
  username: string;
  password: string;
}

/** Why a registry did not answer what was asked. */
export class RegistryError extends Error {
  constructor(readonly reason: "missing" | "unauthorized" | "unreachable" | "unreadable") {
    super(reason);
  }
}

/** Manifests are small, and so are configurations; what is larger is none of them. */
const mostBytes = 8 * 1024 ** 2;

/** One registry, asked with one login, for one repository. */
export class RegistryClient {
  private readonly authority: string;
  private base: string | undefined;
  private authorization: string | undefined;

  constructor(
    registry: string,
    private readonly repository: string,
    private readonly login: Login | undefined,
    private readonly signal: AbortSignal,
  ) {
    this.authority = registryHost(registry);
  }

  /** A manifest by tag or digest, or a blob by digest, as parsed JSON. */
  async get(kind: "manifests" | "blobs", name: string, accept: readonly string[] = []): Promise<unknown> {
    const path = `/v2/${this.repository}/${kind}/${name}`;
    let response = await this.ask(path, accept);
    if (response.status === 401 && (await this.authorize(response.headers.get("www-authenticate") ?? ""))) {
      response = await this.ask(path, accept);
    }
    if (response.status === 404) throw new RegistryError("missing");
    if (response.status === 401 || response.status === 403) throw new RegistryError("unauthorized");
    if (!response.ok) throw new RegistryError("unreachable");
    return await parse(response);
  }

  private async ask(path: string, accept: readonly string[]): Promise<Response> {
    const init: RequestInit = {
      signal: this.signal,
      headers: {
        ...(accept.length === 0 ? {} : { Accept: accept.join(", ") }),
        ...(this.authorization === undefined ? {} : { Authorization: this.authorization }),
      },
    };
    if (this.base !== undefined) return await fetch(this.base + path, init);
    try {
      const response = await fetch(`https://${this.authority}${path}`, init);
      this.base = `https://${this.authority}`;
      return response;
    } catch (error) {
      if (this.signal.aborted || !mayBePlain(this.authority)) throw error;
      const response = await fetch(`http://${this.authority}${path}`, init);
      this.base = `http://${this.authority}`;
      return response;
    }
  }

  /** Takes up what a registry asks for; false when there is nothing to answer it with. */
  private async authorize(challenge: string): Promise<boolean> {
    if (this.authorization !== undefined) return false;
    const basic = this.login && `Basic ${encode(this.login)}`;
    if (/^basic\b/i.test(challenge)) {
      this.authorization = basic;
      return basic !== undefined;
    }
    const { realm, service, scope } = parseChallenge(challenge);
    const url = realm === undefined ? undefined : tokenUrl(realm, this.base ?? "");
    if (url === undefined) return false;
    if (service !== undefined) url.searchParams.set("service", service);
    url.searchParams.set("scope", scope ?? `repository:${this.repository}:pull`);
    const response = await fetch(url, {
      signal: this.signal,
      headers: basic === undefined ? {} : { Authorization: basic },
    });
    if (!response.ok) return false;
    const { token, access_token } = (await parse(response)) as { token?: unknown; access_token?: unknown };
    const bearer = token ?? access_token;
    if (typeof bearer !== "string") return false;
    this.authorization = `Bearer ${bearer}`;
    return true;
  }
}

/** The parameters of a Bearer challenge. */
export function parseChallenge(challenge: string): Record<string, string | undefined> {
  if (!/^bearer\b/i.test(challenge)) return {};
  return Object.fromEntries(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = "", value]) => [name.toLowerCase(), value]),
  );
}

/** Where a token is asked for: over HTTPS, or, for a registry on plain HTTP, on that registry's own host. */
function tokenUrl(realm: string, base: string): URL | undefined {
  if (!URL.canParse(realm)) return undefined;
  const url = new URL(realm);
  const own = base !== "" && url.hostname === new URL(base).hostname;
  return url.protocol === "https:" || (url.protocol === "http:" && base.startsWith("http:") && own)
    ? url
    : undefined;
}

/** Whether a registry may be asked over plain HTTP where it refuses HTTPS: one on this machine or in a private network. */
export function mayBePlain(authority: string): boolean {
  const { hostname, port } = new URL(`http://${authority}`);
  const host = hostname.replace(/^\[|\]$/g, "");
  if (host === "localhost" || port === "5000") return true;
  if (isIP(host) === 0) return false;
  return isIPv4(host)
    ? /^(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/.test(host)
    : host === "::1" || /^f[cd]/i.test(host);
}

function encode({ username, password }: Login): string {
  return Buffer.from(`${username}:${password}`).toString("base64");
}

async function parse(response: Response): Promise<unknown> {
  const announced = Number(response.headers.get("content-length") ?? 0);
  if (announced > mostBytes) throw new RegistryError("unreadable");
  const body = await response.text();
  if (body.length > mostBytes) throw new RegistryError("unreadable");
  try {
    return JSON.parse(body) as unknown;
  } catch {
    throw new RegistryError("unreadable");
  }
}
