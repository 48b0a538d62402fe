/** Keys that say how a release goes over the hosts, and how these are reached. */
import { lab, unit } from "../proof";
import { has, replaced, replacedBy, type Area } from "../row";

const runner = lab(
  "runner",
  "a runner that is new each time > deploys with a secret that has been through Windows, and leaves no key anywhere",
);
const alias = unit(
  "provider/ssh/reach",
  "an alias of the user's settings > is an address, with its port, beside a pinned host key; what would hand out the agent does not count",
);
const file = unit(
  "provider/ssh/reach",
  "a key in a file > is found in $HOME, wherever the list of users has the home directory",
);
const refused = lab(
  "machines-of-today",
  "a server whose sshd shuts out who shows wrong keys > lets the deploy in that follows one with a wrong key and many resources",
);
const down = unit(
  "provider/ssh/reach",
  "a host that does not answer > is tried again, and then said to be down, once for all that waits for it",
);
const jumped = lab(
  "access",
  "a machine with users that are not root > is previewed with the Docker that it gets, and gets it, an app and an accessory through the jump host",
);
const bySudo = lab(
  "access",
  "a machine with users that are not root > is released again, and its day's commands work",
);
const noSudo = lab(
  "access",
  "a machine with users that are not root > refuses each of them who does not become root by itself, with the line that sudoers needs, and has nothing of it",
);
const byDocker = lab(
  "root-by-docker",
  "is root in the namespaces and the control group of the login, with root's environment and nothing of the user's",
);
const byDockerAlone = lab(
  "ways",
  "machines that are reached in other ways > are released under load, where the user has the group docker alone, and its day's commands work",
);
const ways = lab(
  "ways",
  "machines that are reached in other ways > are reached by an alias, by a ProxyCommand with a key of the agent alone, and by a locked key that the agent has",
);
const ownWay = unit(
  "provider/ssh/reach",
  "a host on the way > may be in the user's settings alone, as ProxyJump or as ProxyCommand",
);
const config = "~/.ssh/config, which the ssh program reads";

export const hosts: Area = {
  title: "Boot and SSH",
  rows: [
    has(
      "boot.limit",
      "rollout.batch, a number or a share; tests of the graph alone, and a benchmark on the lab",
      unit(
        "components/app/plan",
        "batches > keeps all roles of a host in one batch, and no batch larger than asked or empty",
      ),
      unit("components/app/app", "App > starts the second batch only after the switches of the first"),
    ),
    has(
      "boot.wait",
      "rollout.wait, where a batch was released; tests of the graph and of the wait by itself alone",
      unit(
        "components/app/rollout",
        "a rollout > waits between two batches when one is done, once, and makes nothing of the next before; without a wait nothing waits",
      ),
      unit(
        "provider/release/wait",
        "the wait after a batch > lasts as long as it says, where a container of the batch is new, and is said",
      ),
      {
        ...lab("import", "a program from Kamal's configuration > %s previews as the stack %s"),
        case: { file: "test/lab/import.test.ts", name: "roles" },
      },
    ),
    replaced(
      "boot.parallel_roles",
      "the roles of a host start side by side, workers once all with a route are fit",
      "a release then takes as long as its slowest container",
      unit(
        "components/app/rollout",
        "a rollout > starts a worker only when all that has a route in its batch is fit, and makes it beside them",
      ),
    ),
    has(
      "ssh.user",
      "ssh.user: root, a user with sudo without a password, or one in the group docker",
      jumped,
      bySudo,
      byDocker,
      byDockerAlone,
      noSudo,
    ),
    has(
      "ssh.port",
      "ssh.port",
      jumped,
      unit("provider/ssh/options", "sshOptions > leaves the port to an alias unless one is named"),
      unit("components/server/cloud-init", "lets root in by key only"),
      alias,
    ),
    has(
      "ssh.proxy",
      `ssh.jumpHost, or ProxyJump of ${config}; the key of the server opens it, its host key can be pinned`,
      jumped,
      unit("provider/ssh/reach", "a host on the way > is held to its own host key"),
      ownWay,
    ),
    replacedBy(
      "ssh",
      "ssh.proxy_command",
      `ProxyCommand of ${config}`,
      "the way to a host is the machine's that runs pulumi",
      ownWay,
      ways,
    ),
    has("ssh.keys", "ssh.privateKeyFile, one key a host; the lab's programs have it", file, refused),
    has(
      "ssh.keys_only",
      "a key that is named is the only one that is offered",
      unit("provider/ssh/options", "sshOptions > offers the named key alone, and without one what ssh finds"),
    ),
    has("ssh.key_data", "ssh.privateKey, from a secret", runner),
    has(
      "ssh.config",
      "~/.ssh/config, or the file that ssh.configFile names, or none by false; of several files one, which takes in the others by Include",
      alias,
      ways,
      unit(
        "provider/ssh/reach",
        "a file of settings that the program names > counts in place of the user's, and none counts where the program says so",
      ),
    ),
    replaced(
      "ssh.forward_agent",
      "ssh of an Image hands an agent to a build; to a host none is handed, also where ~/.ssh/config says so",
      "whoever is root on the host could use it meanwhile",
      unit(
        "provider/ssh/options",
        "sshOptions > hands out no agent and opens nothing, whatever the user's settings say",
      ),
      unit("components/build/plan", "a build > has agents and keys apart from their ids"),
    ),
    replaced(
      "ssh.log_level",
      "what ssh has said is in the message of what failed, with its cause and its cure",
      "nobody has to run it again to learn why",
      unit("provider/ssh/failure", "sshFailure > says what it was and what to do, with what ssh said"),
    ),
    has(
      "ssh: an agent without a key file",
      "the agent's keys are asked where no other one is named",
      ways,
      unit(
        "provider/ssh/reach",
        "a key in an agent alone > is taken, also among more of them than sshd lets one try",
      ),
    ),
    has(
      "ssh: keepalive and retries",
      "every 15 s, and a host that does not answer is tried again",
      down,
      unit(
        "provider/ssh/reach",
        "a host that does not answer > is named within a quarter of a minute where nothing comes back at all",
      ),
    ),
    replacedBy(
      "Pulumi",
      "sshkit.max_concurrent_starts",
      "PULUMI_PARALLEL; a preview says where it is too small",
      "the engine says how much is done at a time",
      unit(
        "components/app/checks/check-parallel",
        "more containers at once than Pulumi does steps > is said with both numbers",
      ),
    ),
    replaced(
      "sshkit.pool_idle_timeout",
      "one connection a host for as long as a run takes",
      "there is no pool",
      unit(
        "provider/ssh/reach",
        "a key from a secret > does for more commands at once than sshd takes sessions of a connection",
      ),
    ),
    replaced(
      "sshkit.dns_retries",
      "a host that is not reached is tried again, whatever the reason",
      "one rule is enough",
      down,
    ),
  ],
};
