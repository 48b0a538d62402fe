/**
 * Asks a registry for manifests and blobs by its HTTP API (version 2), with the credentials that it asks for: Basic, or
 * a token by its WWW-Authenticate header. A login goes over HTTPS alone, unless the program names the registry insecure. No error
 * holds a credential.
 */
import { wantedBy, type Wanted } from "./challenge";
import { registryHost } from "./reference";

/** A login at a registry. */
export interface Login {
  username: string;
  password: string;
}

/** Why a registry did not answer what was asked. */
export class RegistryError extends Error {
  constructor(readonly reason: "missing" | "unauthorized" | "plain" | "unreachable" | "unreadable") {
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
    /** Whether the program says that a login may go there without TLS. */
    private readonly insecure: boolean,
  ) {
    this.authority = registryHost(registry);
  }

  /** A manifest by tag or digest, or a blob by digest, as parsed JSON. */
  async get(kind: "manifests" | "blobs", name: string, accept: readonly string[] = []): Promise<unknown> {
    const path = `/v2/${this.repository}/${kind}/${name}`;
    let response = await this.ask(path, accept);
    if (response.status === 401) {
      const wanted = wantedBy(response.headers.get("www-authenticate") ?? "");
      if (wanted !== undefined && (await this.authorize(wanted))) response = await this.ask(path, accept);
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
      if (this.signal.aborted || !(this.insecure || isLoopback(this.authority))) throw error;
      const response = await fetch(`http://${this.authority}${path}`, init);
      this.base = `http://${this.authority}`;
      return response;
    }
  }

  /** Takes up what a registry asks for; false when there is nothing to answer it with. */
  private async authorize(wanted: Wanted): Promise<boolean> {
    if (this.authorization !== undefined) return false;
    const plain = this.base?.startsWith("http:") ?? false;
    if (this.login !== undefined && plain && !this.insecure) throw new RegistryError("plain");
    const basic = this.login && `Basic ${encode(this.login)}`;
    if (wanted.kind === "basic") {
      this.authorization = basic;
      return basic !== undefined;
    }
    const url = this.tokenUrl(wanted);
    if (url === undefined) return false;
    const response = await fetch(url, {
      signal: this.signal,
      headers: basic === undefined ? {} : { Authorization: basic },
    });
    if (!response.ok) return false;
    const { token, access_token } = (await parse(response)) as { token?: unknown; access_token?: unknown };
    // Some give both, with one of them empty.
    const bearer = [token, access_token].find((each) => typeof each === "string" && each !== "");
    if (typeof bearer !== "string") return false;
    this.authorization = `Bearer ${bearer}`;
    return true;
  }

  /**
   * Where a token is asked for: over HTTPS, or, for a registry on plain HTTP, on its own host; elsewhere only where the program says that
   * the login may go without TLS.
   */
  private tokenUrl({ realm, service, scopes }: Extract<Wanted, { kind: "token" }>): URL | undefined {
    if (!URL.canParse(realm)) return undefined;
    const url = new URL(realm);
    const base = new URL(this.base ?? "https://invalid");
    const plain = base.protocol === "http:" && (this.insecure || url.hostname === base.hostname);
    if (url.protocol !== "https:" && !(url.protocol === "http:" && plain)) return undefined;
    if (service !== undefined) url.searchParams.set("service", service);
    for (const scope of scopes.length > 0 ? scopes : [`repository:${this.repository}:pull`])
      url.searchParams.append("scope", scope);
    return url;
  }
}

/** Whether a registry is on this machine: what goes there is on no wire. */
export function isLoopback(authority: string): boolean {
  const { hostname } = new URL(`http://${authority}`);
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
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
