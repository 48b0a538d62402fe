/** The image could not be pulled. */
import type { Cause } from "../cause";
import type { Evidence } from "../evidence";
import { short } from "../log";

/** What Docker said to the pull, when that is what failed. */
function pullError(evidence: Evidence): string | undefined {
  const { error, stage, ending } = evidence;
  if (stage === "pull" || ending === "pull-failed") return error;
  // A container is made from an image that another step did not leave there.
  return error !== undefined &&
    /pull access denied|manifest unknown|error pulling image|No such image/i.test(error)
    ? error
    : undefined;
}

function registry({ image }: Evidence): string {
  const first = image?.split("/")[0] ?? "";
  return image !== undefined && image.includes("/") && /[.:]|^localhost$/.test(first) ? first : "Docker Hub";
}

const missing =
  /manifest unknown|manifest for \S+ not found|not found: manifest|name unknown|repository (name )?not (known|found)|repository \S+ not found|: not found\b|No such image|404 Not Found/i;
const refusedLogin =
  /unauthorized|authentication required|no basic auth|insufficient_scope|pull access denied|access (to the resource )?(is )?denied|403 Forbidden|401|denied: |incorrect username or password|requested access to the resource is denied/i;
const limited = /toomanyrequests|rate limit|429/i;
const unreachable =
  /connection refused|connection reset|no such host|i\/o timeout|TLS handshake timeout|context deadline exceeded|Client\.Timeout|request canceled|no route to host|network is unreachable|\bEOF\b|HTTP response to HTTPS client|x509|certificate|50[0234]\b|temporary failure|server misbehaving|proxyconnect|dial tcp/i;

export const pullRateLimited: Cause = {
  id: "pull-rate-limited",
  title: "toomanyrequests: you have reached your pull rate limit",
  final: true,
  match: (evidence) => {
    const error = pullError(evidence);
    if (error === undefined || !limited.test(error)) return undefined;
    return {
      confidence: 0.95,
      verdict: `${registry(evidence)} allows no more pulls for now`,
      seen: [`Docker said: ${short(error)}`],
      why: "The registry counts pulls by address or account, and the count is used up.",
      cure: "log in (registries on the Server, with a Registry), wait, or keep the image in a registry of your own",
    };
  },
  docs: {
    chapter: "Pulling the image",
    symptom: "`toomanyrequests: You have reached your pull rate limit`.",
    cause:
      "Docker Hub counts pulls by address, and cloud addresses are shared; with a login the limit is higher.",
    proof: "The text of the error.",
    cure: "A `Registry` with a login in the server's `registries`, or a mirror.",
  },
};

export const pullUnauthorized: Cause = {
  id: "pull-unauthorized",
  title: "unauthorized, pull access denied, denied: access forbidden",
  final: true,
  match: (evidence) => {
    const error = pullError(evidence);
    if (error === undefined || !refusedLogin.test(error) || limited.test(error)) return undefined;
    const maybe = /pull access denied|does not exist/i.test(error);
    return {
      confidence: 0.94,
      verdict: `${registry(evidence)} refuses the login for ${evidence.image ?? "the image"}`,
      seen: [
        `Docker said: ${short(error)}`,
        ...(maybe ? ["registries say the same for an image that is not there"] : []),
      ],
      why: "The registry was reached, and did not let this account read this repository.",
      cure: `check username and password of the Registry for ${registry(evidence)} (a token needs the right to read packages), that the server has it in registries, and the image's name`,
    };
  },
  docs: {
    chapter: "Pulling the image",
    symptom:
      "`unauthorized: authentication required`, `pull access denied for …, repository does not exist or may require 'docker login'`, `denied`, `no basic auth credentials`.",
    cause:
      "The password or token is wrong, has run out, or lacks the right to read; the server has no login for that registry; or the image's name is misspelt, which registries do not tell apart.",
    proof: "`docker login REGISTRY` and `docker pull IMAGE` on your machine with the same credentials.",
    cure: '`new Registry("registry", { address, username, password })` in the server\'s `registries`; GitHub: a token with `read:packages`.',
  },
};

export const imageNotFound: Cause = {
  id: "image-not-found",
  title: "manifest unknown: the tag is not in the registry",
  final: true,
  match: (evidence) => {
    const error = pullError(evidence);
    if (
      error === undefined ||
      !missing.test(error) ||
      refusedLogin.test(error) ||
      /no match(ing manifest)? for/i.test(error)
    )
      return undefined;
    if (/lookup|no such host|command not found|executable/i.test(error)) return undefined;
    const repository = /name unknown|repository/i.test(error);
    return {
      confidence: 0.94,
      verdict: `${evidence.image ?? "the image"} is not in the registry`,
      seen: [`Docker said: ${short(error)}`],
      why: repository
        ? "The registry does not know the repository."
        : "The registry knows the repository, and has no such tag or digest.",
      cure: repository
        ? "check image (registry, owner, name), and that it was pushed there"
        : "push it, or set version to a tag that was pushed (the build may have failed, or still runs)",
    };
  },
  docs: {
    chapter: "Pulling the image",
    symptom:
      "`manifest unknown`, `manifest for …:v12 not found`, `name unknown: repository name not known to registry`.",
    cause:
      "No image with that tag was pushed: the build failed or still runs, the version is misspelt, or a clean-up policy of the registry removed it.",
    proof: "`docker manifest inspect IMAGE:TAG`.",
    cure: "Push the image before `pulumi up`; `version` is the tag.",
  },
};

export const registryUnreachable: Cause = {
  id: "registry-unreachable",
  title: "The registry cannot be reached (connection refused, timeout, no such host, TLS)",
  final: false,
  match: (evidence) => {
    const error = pullError(evidence);
    if (error === undefined || !unreachable.test(error) || limited.test(error) || refusedLogin.test(error))
      return undefined;
    const http = /HTTP response to HTTPS client/i.test(error);
    const certificate = /x509|certificate/i.test(error);
    const name = /no such host|temporary failure|server misbehaving/i.test(error);
    return {
      confidence: 0.92,
      verdict: `${registry(evidence)} cannot be reached from the host${name ? ": its name is not known" : certificate ? ": its certificate is not trusted" : http ? ": it speaks HTTP, not HTTPS" : ""}`,
      seen: [`Docker said: ${short(error)}`],
      why: "The pull did not get as far as asking for the image.",
      cure: http
        ? "give the registry TLS, or say insecure: true at its Registry and list it in insecure-registries of the host's /etc/docker/daemon.json"
        : certificate
          ? "put its CA into /etc/docker/certs.d/ADDRESS/ca.crt on the host, and check the host's clock"
          : name
            ? "check address of the Registry, and the host's name servers"
            : "see that the registry runs and that the host gets there: curl -v https://ADDRESS/v2/ on the host; outbound rules of the Firewall",
    };
  },
  docs: {
    chapter: "Pulling the image",
    symptom:
      "`dial tcp …: connect: connection refused`, `i/o timeout`, `no such host`, `TLS handshake timeout`, `server gave HTTP response to HTTPS client`, `x509: certificate signed by unknown authority`.",
    cause:
      "The registry is down, its name or port is wrong, a firewall lets nothing out, or its TLS is not what Docker expects.",
    proof: "`curl -v https://ADDRESS/v2/` on the host: 401 is a good answer.",
    cure: "Bring it back and run `pulumi up` again. Nothing was touched: pulls come first.",
  },
};

export const layerUnreadable: Cause = {
  id: "layer-unreadable",
  title: "archive/tar: invalid tar header: the engine cannot read the image's layers",
  final: true,
  match: (evidence) => {
    const error = pullError(evidence);
    if (error === undefined || !/invalid tar header|unsupported (compression|media type)|\+zstd/i.test(error))
      return undefined;
    return {
      confidence: 0.95,
      verdict: `Docker cannot read the layers of ${evidence.image ?? "the image"}`,
      seen: [`Docker said: ${short(error)}`],
      why: "The layers came, and are compressed in a way that this Docker does not know: zstd, as a rule, which it reads since version 23.",
      cure: "build the image with gzip layers (buildx: --output type=image,compression=gzip,force-compression=true), or take a server with a newer Docker (Debian 13 has 26)",
    };
  },
  docs: {
    chapter: "Pulling the image",
    symptom:
      "`failed to register layer: Error processing tar file(exit status 1): archive/tar: invalid tar header`.",
    cause:
      "The image's layers are compressed by zstd, and the host's Docker is older than 23, as that of Debian 11 and 12 is.",
    proof:
      "`docker version` on the host; `docker manifest inspect IMAGE` shows layers whose `mediaType` ends in `zstd`.",
    cure: "Build with `compression=gzip`, or take a server with a newer Docker.",
  },
};
