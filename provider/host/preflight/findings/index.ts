/** The table of all findings, in the order in which they are said, and shown on the page within a chapter. */
import type { Finding } from "../finding";
import * as docker from "./docker";
import * as engine from "./engine";
import * as firewalls from "./firewalls";
import * as machine from "./machine";
import * as ports from "./ports";
import * as resources from "./resources";
import * as ssh from "./ssh";
import * as tools from "./tools";
import * as unknown from "./unknown";

export const findings: readonly Finding[] = [
  docker.dockerMissing,
  docker.dockerSnap,
  docker.dockerPodman,
  docker.dockerSilent,
  docker.dockerOld,
  engine.dockerRootless,
  engine.dockerUnpackaged,
  engine.dockerLiveRestore,
  engine.dockerIptables,
  engine.dockerNftables,
  engine.dockerSelinux,
  engine.memoryLimits,
  engine.cgroupV1,
  machine.login,
  machine.toolMissing,
  machine.toolBusybox,
  machine.readOnly,
  machine.architecture,
  machine.privateAddress,
  machine.ipv6Off,
  machine.privateLate,
  resources.memory,
  resources.memoryBusy,
  resources.swap,
  resources.disk,
  resources.diskInodes,
  resources.kernel,
  resources.clockOff,
  resources.clockUnsynchronised,
  ports.portTaken,
  firewalls.firewallNft,
  firewalls.dockerUser,
  firewalls.firewallBeside,
  firewalls.firewallPublished,
  firewalls.ufwBypassed,
  firewalls.firewalld,
  firewalls.nftRules,
  tools.kamalProxy,
  tools.kamalMissing,
  tools.kamalProxyOld,
  tools.toolKamal,
  tools.toolCoolify,
  tools.toolDokku,
  tools.toolCaprover,
  tools.toolDokploy,
  tools.toolPortainer,
  tools.toolWatchtower,
  tools.swarm,
  tools.kubernetes,
  tools.pruneJob,
  ssh.sshdRoot,
  ssh.sudoLog,
  ssh.rootByDocker,
  ssh.sshdStartups,
  ssh.sshdPenalties,
  ssh.sshdSessions,
  ssh.sshdPasswords,
  ssh.fail2ban,
  unknown.unreadable,
  unknown.notLookedAt,
];
