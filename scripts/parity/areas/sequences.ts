/** Hooks, cron, and the order in which a deploy goes. */
import { lab, unit } from "../proof";
import { has, replaced, replacedBy, type Area } from "../row";
import { hooksOnce, noneLeft, noneSwitched, release } from "../shared";

const around = unit("components/app/app", "App > runs hooks around each batch, and goes on only after them");
const batches = unit(
  "components/app/rollout",
  "a rollout > has a hook before each batch, which all of it waits for, and one after it, which all that comes next waits for",
);
const failing = lab(
  "operate",
  "the hooks of a release > release nothing where the first fails, and are run again where the last one did",
);

const noGap = "Kamal's hooks take a host out of its load balancer meanwhile, as its proxy is away";
const restarted = lab(
  "operate",
  "sextant proxy > restarts the proxies without losing a request, and the program is no change after it",
);

export const hooks: Area = {
  title: "Hooks and cron",
  rows: [
    has(
      "hook docker-setup",
      "hooks.afterDocker of Server and ExistingServer, once for each machine; a test of the graph alone",
      unit(
        "components/server/server",
        "the hook of a server > is run once Docker answers, before all else that is put there, with the address; another machine has it again",
      ),
    ),
    has(
      "hook pre-connect",
      "ssh.beforeConnect of Server and ExistingServer, before the first connection of a run of pulumi or sextant; the secrets are not in its environment",
      unit(
        "provider/ssh/reach",
        "a line before the first connection > is run once in a run, before all that connects, and is waited for",
      ),
      unit(
        "provider/ssh/reach",
        "a line before the first connection > may leave a tunnel in the background, and connects nowhere where it fails, with what it said",
      ),
    ),
    has(
      "hook pre-build",
      "hooks.beforeBuild of an Image; a test of the graph alone",
      unit("components/build/image", "an image > is built after its hook, which knows the release"),
    ),
    has("hook pre-deploy", "hooks.beforeRelease of the App", hooksOnce, failing),
    has("hook pre-app-boot", "hooks.beforeBatch of the App; tests of the graph alone", around, batches),
    has("hook post-app-boot", "hooks.afterBatch of the App; tests of the graph alone", around, batches),
    has("hook post-deploy", "hooks.afterRelease of the App", hooksOnce, failing),
    replaced("hook pre-proxy-reboot", "none is needed: traffic goes on", noGap, restarted),
    replaced("hook post-proxy-reboot", "none is needed: traffic goes on", noGap, restarted),
    has(
      "KAMAL_* variables of hooks",
      "all that Kamal's have, as far as there is something to tell: a server's hook has no VERSION, and RUNTIME is there after a release",
      hooksOnce,
      unit(
        "components/core/hook",
        "a hook > has the lock, the part of the command, and after a release the seconds that the run has taken",
      ),
      unit(
        "components/core/hook",
        "a hook > is a line for a shell with the variables of Kamal's, those of the run among them",
      ),
    ),
    has(
      "cron",
      "schedule of a role, once over all hosts; or a role whose command is cron, as with Kamal",
      lab(
        "schedule",
        "a role with a schedule > runs when its time has come, once over all hosts, with the role's environment, secrets and volumes",
      ),
      lab(
        "schedule",
        "a role with a schedule > ends a run that is under way at a release, and the next one is the release's; never are there two",
      ),
      unit("components/app/app", "App > replaces what must not run twice only when all else is ready"),
    ),
  ],
};

export const sequences: Area = {
  title: "Sequences",
  rows: [
    replacedBy(
      "Pulumi",
      "one deploy at a time",
      "the lock of the stack; the workflows that sextant init writes run one at a time",
      "the lock is that of the state",
      unit(
        "cli/init/workflows",
        "the workflows > preview a pull request of the repository itself, and deploy what is merged, one at a time",
      ),
    ),
    has(
      "pull on all hosts before any container",
      "a step that all containers wait for",
      unit(
        "components/app/app",
        "App > pulls on all hosts before the first container, and cleans up after the last switch: a resource each",
      ),
    ),
    has(
      "pull once by a mirror first",
      "of an image of Docker Hub, where hosts have a mirror in common: one host for each mirror, then the others",
      unit(
        "provider/docker/pull",
        "a pull through a mirror > is on one host of the mirror first, and then on the others",
      ),
    ),
    has(
      "workers boot only once a web container is fit",
      "workers start when all with a route in their batch are fit",
      unit(
        "components/app/app",
        "App > starts a worker only when all that has a route is fit, and switches it after that",
      ),
      lab(
        "interruptions",
        "a release that is cut off in its gates > leaves two generations at most, no worker of its own, and the next release goes through",
      ),
    ),
    replaced(
      "boot of all hosts at a time",
      "containers boot on all hosts of a batch, and one host after the other is switched",
      "if one is not fit, none is switched",
      noneSwitched,
      unit("components/app/app", "App > switches a host only after every gate, and one host after the other"),
    ),
    has("drain, then stop", "what is under way is finished by the old container", release),
    has("clean-up after the last switch", "old containers, and images beyond retainImages", noneLeft),
    has(
      "several apps on a host, of one program",
      "an App each, behind one Proxy",
      lab("interruptions", "what is routed > moves to another app, and back, in one update each"),
    ),
    has(
      "several apps on a host, each of its own repository",
      "an ExistingProxy in all but one",
      lab(
        "proxy",
        "a second stack on the server > routes through the proxy that is there; both release, and the second goes without harm to the first",
      ),
    ),
    has(
      "moving over from Kamal on the same host",
      "sextant import --take-over, takeOver of ExistingServer, App and Accessory: Kamal's proxy stays, its accessories are taken up as they are",
      lab(
        "takeover",
        "a server that Kamal deploys to > is taken over in place, with its proxy and its data, and no request is lost",
      ),
      lab(
        "takeover",
        "a server that Kamal deploys to > has an accessory replaced by a later edit alone, on its data where it lies",
      ),
    ),
  ],
};
