/** Docker: whether there is one that works. */
import { engineOf } from "../containers";
import { when, type Finding } from "../finding";

export const dockerMissing: Finding = {
  id: "docker-missing",
  level: "refuses",
  match: ({ docker }) => {
    if (docker?.is !== "missing") return [];
    return [
      docker.daemon
        ? "Docker's daemon is here without the docker command. Install it: apt-get install docker-cli (docker-ce-cli beside docker-ce)."
        : 'Docker is not installed. Say docker: "install", or install docker.io or docker-ce.',
    ];
  },
  docs: {
    chapter: "Docker",
    finds: "There is no docker command. Debian 13's docker.io is the daemon alone, and only recommends it.",
    cure: '`docker: "install"` installs it on Debian and Ubuntu. Or install docker.io or docker-ce; with the daemon there, `apt-get install docker-cli`, or docker-ce-cli beside docker-ce.',
  },
};

export const dockerSnap: Finding = {
  id: "docker-snap",
  level: "refuses",
  match: ({ dockerPath }) =>
    when(
      dockerPath !== undefined && /\/snap($|\/)/.test(dockerPath),
      "Docker is the snap package, which cannot mount the directories of a deploy. Remove it (snap remove docker) and install docker.io or docker-ce.",
    ),
  docs: {
    chapter: "Docker",
    finds: "Docker is the snap package, which cannot mount the directories of a deploy.",
    cure: "`snap remove docker`, then install docker.io or docker-ce.",
  },
};

export const dockerPodman: Finding = {
  id: "docker-podman",
  level: "refuses",
  match: ({ docker }) =>
    when(
      docker?.is === "podman",
      "The docker command speaks to Podman, whose API differs where a deploy needs it. Remove podman-docker and install docker.io or docker-ce.",
    ),
  docs: {
    chapter: "Docker",
    finds:
      "The docker command is Podman's. Its API differs where a deploy needs it: networks, restart policies, health.",
    cure: "Remove podman-docker, then install docker.io or docker-ce.",
  },
};

export const dockerSilent: Finding = {
  id: "docker-silent",
  level: "refuses",
  match: ({ docker }) =>
    docker?.is !== "silent"
      ? []
      : [
          `Docker does not answer (${docker.error}). Start it (systemctl start docker), and see journalctl --unit docker.`,
        ],
  docs: {
    chapter: "Docker",
    finds: "The daemon does not answer, or does not let this login use it.",
    cure: "`systemctl start docker`, and `journalctl --unit docker` for why it stopped.",
  },
};

export const dockerOld: Finding = {
  id: "docker-old",
  level: "refuses",
  match: (machine) => {
    const engine = engineOf(machine);
    if (engine === undefined || engine.major > 20 || (engine.major === 20 && engine.minor >= 10)) return [];
    return [`Docker is ${engine.version}, and 20.10 is the oldest that works. Upgrade it.`];
  },
  docs: { chapter: "Docker", finds: "The engine is older than 20.10.", cure: "Upgrade it." },
};
