/** The tests that several areas name. */
import { lab } from "./proof";
import type { Test } from "./row";

export const release = lab("deploy", "a release > goes from v1 to v2 without a lost request, and never back");
export const noneLeft = lab("deploy", "a release > goes back to v2 and on to v4, and nothing of v3 is left");
export const noneSwitched = lab(
  "deploy",
  "a release > that fails on one host switches none, and keeps what failed",
);
export const fromNothing = lab(
  "deploy",
  "from nothing > makes network, firewall and servers, migrates, and serves on all web servers in both families",
);
export const listed = lab("operate", "sextant ps and stats > list what runs where, and what is sent to it");
export const newContainer = lab(
  "operate",
  "sextant exec > runs in a new container of the release, which is gone afterwards",
);
export const named = lab("operate", "the commands with names > are the app's own, on a terminal");
/** The page of maintenance is the app's own there. */
export const held = lab(
  "operate",
  "maintenance and pause > hold through a release, are shown, and are taken back",
);
export const hooksOnce = lab(
  "operate",
  "the hooks of a release > run once each for a release, before and after it",
);
/** A registry on a server of the program's. */
export const ownRegistry = lab(
  "server-registry",
  "a registry on a server > has what a server builds, and gives it to the others, from nothing in one up",
);
/** What the machine that runs Pulumi builds goes to that registry. */
export const shipped = lab(
  "server-registry",
  "what this machine builds > goes over ssh to the registry, and of a changed page the layer that has it",
);
/** What the real proxy does by each argument, with a default or another value beside it to tell it from. */
const flags = (group: string, title: string): Test => lab("proxy-flags", `${group} > ${title}`);
export const flag = {
  redirects: flags(
    "where a route's requests go",
    "is redirected to the canonical host, and to HTTPS unless redirectToHttps is off",
  ),
  prefixes: flags(
    "where a route's requests go",
    "has its path prefix taken off or not, and cookies' paths get it where scopeCookiePaths says so",
  ),
  forwarded: flags(
    "where a route's requests go",
    "shows the app X-Forwarded-* of the client where forwardHeaders says so",
  ),
  readers: flags(
    "where a route's requests go",
    "is the readers' for WebSockets where readers.websockets says so, and the writer's for as long as writerAffinity",
  ),
  response: flags("how long a route waits", "is responseTimeout for the app's answer to begin"),
  drain: flags("how long a route waits", "is drainTimeout for what is under way at a switch"),
  ready: flags(
    "how long a route waits",
    "is readyTimeout for a target that is not fit, which gets no traffic",
  ),
  healthTimes: flags(
    "how long a route waits",
    "is health.timeout for one answer, and health.interval from one question to the next",
  ),
  health: flags(
    "the question for a route's health",
    "goes to health.path and health.port with health.host, or to the route's own",
  ),
  buffered: flags(
    "the bodies of a route",
    "come whole to the app and the client, unless buffer says that they stream",
  ),
  memory: flags(
    "the bodies of a route",
    "are held in memory as far as buffer.memory says, and on the disk from there on",
  ),
  limits: flags("the bodies of a route", "are refused from maxRequestBody and maxResponseBody on"),
  headers: flags(
    "the proxy's own log and numbers",
    "have the headers that logHeaders names, and no other ones",
  ),
  options: flags("the proxy's own log and numbers", "say more with debug, and count requests at metricsPort"),
};
