/** The tests that several areas name. */
import { lab, unit } from "./proof";

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
/** That a route's argument becomes its flag; no test sees what the proxy does by it. */
export const asFlag = unit("components/app/route", "the flags of a route > turns every option into its flag");
export const asOption = unit(
  "components/proxy/proxy",
  "the proxy's container > passes its options to kamal-proxy",
);
