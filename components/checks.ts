/** The table of all checks that have an entry in docs/checks.md, in the order of the page. */
import type { Check } from "./core/check";
import { publicPortCheck } from "./accessory/ports";
import { privateNetworkCheck } from "./accessory/checks/check-server";
import { hostPathCheck } from "./accessory/mounts";
import { dataFormatCheck } from "./accessory/postgres-data";
import { builtAsideCheck } from "./app/checks/check-built";
import { certificateCheck } from "./app/checks/check-certificate";
import { parallelCheck } from "./app/checks/check-parallel";
import { strippedPathCheck } from "./app/checks/check-paths";
import { accessoryReachCheck } from "./app/checks/check-reach";
import { timeoutsCheck } from "./app/checks/check-timeouts";
import { imageTagCheck, imageUnreadCheck } from "./app/checks/inspect-image";
import { letsEncryptDnsCheck } from "./app/checks/inspect-names";
import { sameRouteCheck } from "./app/checks/route-claims";
import { letsEncryptCheck, routeHostsCheck } from "./app/route";
import {
  builderDockerCheck,
  builderMemoryCheck,
  contextGitCheck,
  contextProgramCheck,
  foreignBuildCheck,
  secretArgCheck,
  uncommittedCheck,
} from "./build/check-build";
import { valuesCheck } from "./core/checks";
import { emptySecretCheck, envAndSecretCheck } from "./core/environment";
import { plainSecretCheck } from "./core/plain-secret";
import { dataKeptCheck } from "./data/check-word";
import { sameVolumeCheck } from "./data/same-name";
import { anywhereCheck } from "./firewall/args";
import { firewallOpenCheck, firewallShutCheck } from "./firewall/audit";
import { memoryCheck, samePortCheck } from "./host/host-use";
import { goneCheck } from "./host/shapes";
import { sshKeyCheck } from "./host/ssh";
import {
  imageCommandCheck,
  imagePlatformCheck,
  imagePortCheck,
  imageVolumeCheck,
  imageZstdCheck,
} from "./image/check-image";
import { mutableTagCheck } from "./image/reference";
import { behindCheck } from "./proxy/args";
import { withoutIpv4Check } from "./server/checks/check-addresses";
import { hetznerCheck } from "./server/checks/check-offer";
import { hostKeyCheck } from "./server/existing-args";

export const checks: readonly Check[] = [
  publicPortCheck,
  sameRouteCheck,
  samePortCheck,
  imagePlatformCheck,
  imageCommandCheck,
  imageTagCheck,
  imagePortCheck,
  imageVolumeCheck,
  contextGitCheck,
  contextProgramCheck,
  uncommittedCheck,
  secretArgCheck,
  builderDockerCheck,
  builderMemoryCheck,
  foreignBuildCheck,
  dataKeptCheck,
  hostPathCheck,
  sameVolumeCheck,
  imageUnreadCheck,
  builtAsideCheck,
  routeHostsCheck,
  certificateCheck,
  behindCheck,
  imageZstdCheck,
  letsEncryptCheck,
  letsEncryptDnsCheck,
  firewallShutCheck,
  firewallOpenCheck,
  anywhereCheck,
  goneCheck,
  hostKeyCheck,
  sshKeyCheck,
  mutableTagCheck,
  emptySecretCheck,
  envAndSecretCheck,
  plainSecretCheck,
  memoryCheck,
  timeoutsCheck,
  parallelCheck,
  strippedPathCheck,
  accessoryReachCheck,
  dataFormatCheck,
  privateNetworkCheck,
  withoutIpv4Check,
  hetznerCheck,
  valuesCheck,
];
