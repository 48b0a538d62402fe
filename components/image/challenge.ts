/** What a registry asks for with a 401: the challenges of its WWW-Authenticate headers (RFC 9110, section 11.6.1). Pure. */

export interface Challenge {
  /** In lower case: `basic`, `bearer`, or another. */
  scheme: string;
  /** By their names in lower case. */
  parameters: Record<string, string | undefined>;
}

const word = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
/** `name=value` or `name="value"`; a value without quotes may hold what an address holds. */
const parameter = new RegExp(`[\\s,]*(${word})\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s,"]+))`, "y");
const name = new RegExp(`[\\s,]*(${word})`, "y");
/** What stands behind a scheme in place of parameters. */
const bare = /[ \t]+[A-Za-z0-9._~+/-]+=*(?=\s*(?:,|$))/y;

/** The challenges in the order of the header, which holds those of all headers of this name. What is none is left out. */
export function parseChallenges(header: string): Challenge[] {
  const challenges: Challenge[] = [];
  let at = 0;
  const take = (form: RegExp): RegExpExecArray | null => {
    form.lastIndex = at;
    const found = form.exec(header);
    if (found !== null) at = form.lastIndex;
    return found;
  };
  while (at < header.length) {
    const current = challenges.at(-1);
    const given = current === undefined ? null : take(parameter);
    if (current !== undefined && given !== null) {
      const [, key = "", quoted, plain] = given;
      current.parameters[key.toLowerCase()] ??= quoted?.replaceAll(/\\(.)/g, "$1") ?? plain ?? "";
      continue;
    }
    const scheme = take(name)?.[1];
    if (scheme === undefined) at += 1;
    else {
      challenges.push({ scheme: scheme.toLowerCase(), parameters: {} });
      take(bare);
    }
  }
  return challenges;
}

/** Where a token is asked for, what it is to be for, or that the login itself is wanted; undefined for what is neither. */
export type Wanted = { kind: "basic" } | { kind: "token"; realm: string; service?: string; scopes: string[] };

/**
 * What to answer of several challenges: a token rather than the login, as Docker does (containerd core/remotes/docker/auth/parse.go,
 * v2.1). Several scopes stand behind one another in one parameter, and are asked for one by one.
 */
export function wantedBy(header: string): Wanted | undefined {
  const challenges = parseChallenges(header);
  const bearer = challenges.find(
    ({ scheme, parameters }) => scheme === "bearer" && parameters["realm"] !== undefined,
  );
  if (bearer !== undefined) {
    const { realm = "", service, scope = "" } = bearer.parameters;
    const scopes = scope.split(/\s+/).filter((each) => each !== "");
    return { kind: "token", realm, ...(service === undefined ? {} : { service }), scopes };
  }
  return challenges.some(({ scheme }) => scheme === "basic") ? { kind: "basic" } : undefined;
}
