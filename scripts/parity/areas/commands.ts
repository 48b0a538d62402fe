/** Kamal's commands and their flags. */
import { lab, unit } from "../proof";
import { has, replaced, replacedBy, type Area } from "../row";
import {
  flag,
  fromNothing,
  held,
  listed,
  named,
  newContainer,
  noneLeft,
  ownRegistry,
  release,
} from "../shared";

const destroyed = lab(
  "deploy",
  "pulumi destroy > leaves nothing, also when a server was deleted behind Pulumi's back",
);
const roleRemoved = lab(
  "deploy",
  "an edit under load touches what it should and loses nothing > a role, added and removed",
);
const proxyReplaced = lab(
  "deploy",
  "an edit under load touches what it should and loses nothing > the proxy's image, with routes, certificates and maintenance state kept",
);
const noLoginLeft = lab(
  "deploy",
  "secrets > are in no process list and no log of a host, and in no file but Docker's own",
);
const power = lab(
  "operate",
  "sextant stop, start and audit > take containers away for a while, and say what was done",
);
const logs = lab("operate", "sextant logs > are those of all hosts as one, by time, and of what is chosen");
const followed = lab(
  "operate",
  "sextant logs > go on with the container of the next release, and leave nothing behind on the hosts",
);
const reused = lab(
  "operate",
  "sextant exec > runs in the container that there is, on each host, with what is typed into it",
);
const onHosts = lab("operate", "sextant run > runs on each host, and ends with the highest exit code");
const again = lab(
  "operate",
  "sextant restart and rollback > are releases: under load, without a request lost",
);
const accessoryAgain = lab(
  "operate",
  "sextant restart and rollback > restart an accessory, whose data is there afterwards",
);
const accessoryMade = lab(
  "accessories",
  "an accessory of an official image > takes the password as it is, and shows it to nobody",
);
const cleanedUp = lab(
  "registry",
  "the clean-up > leaves three of six digests, that which serves among them, and of builds of one date those that came last",
);
const locked = lab(
  "operate",
  "a locked stack > is changed by nothing until it is unlocked: not by pulumi up, and by no command",
);
const lockEnds = lab(
  "operate",
  "a locked stack > is none once its time is over, and another lock takes its place",
);
const pruned = lab(
  "operate",
  "sextant prune > removes old images and says how large they were, and nothing that runs or has data",
);
const built = lab("image", "an image > is built on a server and pushed, and its digest is deployed");
const chosenHosts = unit(
  "cli/operate/choice",
  "a choice > is of the first host of the first role with --primary",
);
const chosenRoles = unit(
  "cli/operate/choice",
  "a choice > names roles as a list and by *, also in Kamal's words",
);
const releasedToSome = lab(
  "operate",
  "a release to some of the hosts > leaves the others as they are, until a run names none",
);
const keptElsewhere = unit(
  "components/app/app",
  "App > keeps what is on a host or of a role that a run does not name, and tells hooks of the others alone",
);
const queued = unit(
  "cli/init/workflows",
  "the workflows > preview a pull request of the repository itself, and deploy what is merged, one at a time",
);
const accessoryGone = lab("data", "data > is there again when its component is, and when its volume is");
const proxyRestarted = lab(
  "operate",
  "sextant proxy > restarts the proxies without losing a request, and the program is no change after it",
);
const proxyStopped = lab(
  "operate",
  "sextant proxy > stops them where that is meant alone, which the next release says and a refresh mends",
);
const fetched = lab(
  "secrets",
  "sextant secrets fetch > sets what it reads as secrets of the stack, byte by byte, and says names alone",
);
const noCache =
  "SEXTANT_NO_CACHE=1 pulumi up, which the preview shows; transform.build of the Image for each run";
const builtAnew = lab(
  "image",
  "an image > is built without the cache in one run, and the next run takes the same image from the cache",
);
const pushedAlone = lab(
  "image",
  "an image > is pushed alone, by --target of it, and released by the next run",
);

export const flags: Area = {
  title: "Flags of every command",
  rows: [
    replacedBy(
      "Pulumi",
      "kamal --verbose",
      "pulumi up --diff, and -v=3 --logtostderr; a test of --diff alone",
      "the engine prints the steps",
      lab(
        "image",
        "an image > is built again for another argument, and the same release gets its new content",
      ),
    ),
    replacedBy("Pulumi", "kamal --quiet", "pulumi up --suppress-progress", "the engine prints the steps"),
    has("kamal --version", "App.version, by pulumi up --config version=V", followed, release),
    has(
      "kamal --primary",
      "--primary of the commands on hosts; a release goes to all hosts",
      chosenHosts,
      logs,
      onHosts,
    ),
    has(
      "kamal --hosts",
      "--hosts and --host of the commands on hosts, also restart; SEXTANT_HOSTS=… pulumi up releases to those alone; each a list, with *",
      logs,
      onHosts,
      again,
      releasedToSome,
      keptElsewhere,
    ),
    has(
      "kamal --roles",
      "--roles and --role of the commands on hosts, also restart; SEXTANT_ROLES=… pulumi up releases those alone; each a list, with *",
      chosenRoles,
      logs,
      releasedToSome,
      keptElsewhere,
    ),
    replacedBy(
      "Pulumi",
      "kamal --config-file",
      "-C names the folder of the program, for pulumi and for sextant",
      "a program is a folder",
      unit(
        "cli/program",
        "sextant doctor > asks all hosts of the stack, in the directory and of the stack that are named",
      ),
    ),
    replacedBy(
      "Pulumi",
      "kamal --destination",
      "--stack names the stack, for pulumi and for sextant",
      "a destination is a stack, with a state and a configuration of its own",
      lab("stacks", "staging > plans one server with everything on it"),
    ),
    has(
      "kamal --skip-hooks",
      "SEXTANT_SKIP_HOOKS=1 pulumi up, which its preview says; the release command is none of the hooks",
      unit(
        "components/core/hook",
        "a hook > is left out of a run where the environment says so, which is said; another word is refused",
      ),
    ),
    has(
      "kamal --lock-wait",
      "sextant lock --wait 900, alone before pulumi up, or with a reason; two runs of Pulumi are one after the other by the concurrency of a workflow",
      locked,
      queued,
    ),
    has("kamal --lock-wait-timeout", "the seconds of sextant lock --wait", locked),
    replaced(
      "kamal --lock-wait-interval",
      "sextant lock --wait looks every three seconds",
      "a look is one line over a connection that is warm",
      locked,
    ),
  ],
};

export const commands: Area = {
  title: "Commands for the whole",
  rows: [
    has(
      "kamal init",
      "sextant init",
      unit("cli/init", "sextant init > writes a project into an empty folder, and says what comes next"),
      lab(
        "package",
        "the README's program on the installed package > begins a project whose program compiles, also in a folder of another one",
      ),
    ),
    replacedBy(
      "npm",
      "kamal init --bundle",
      "sextant init writes package.json, and npx finds the command",
      "the library is a package of npm, and no gem",
      unit("cli/init", "sextant init > writes a project into an empty folder, and says what comes next"),
    ),
    has("kamal setup", "pulumi up", fromNothing),
    has("kamal deploy", "pulumi up; an Image of the program is built and pushed before", release, built),
    replaced(
      "kamal setup, deploy, redeploy --skip-push",
      "pulumi up of an App whose image is a name",
      "what is built is in the program",
      release,
    ),
    has("kamal setup, deploy, redeploy --no-cache", noCache, builtAnew),
    replaced(
      "kamal redeploy",
      "sextant restart starts the version that runs anew; another one is pulumi up",
      "a program that is the same is no change",
      again,
      lab("deploy", "from nothing > changes nothing when the program is the same"),
    ),
    has("kamal rollback", "sextant rollback V, or pulumi up --config version=V", again, noneLeft),
    has("kamal details", "sextant ps", listed),
    has(
      "kamal audit",
      "sextant audit: releases from Pulumi's history, commands from notes on the hosts",
      power,
    ),
    has(
      "kamal version",
      "sextant --version",
      unit("cli/program", "sextant > prints its version and its help"),
    ),
    replacedBy(
      "Pulumi",
      "kamal config",
      "pulumi preview --diff, pulumi stack export",
      "the program is run to know what it says",
      lab("stacks", "staging > plans one server with everything on it"),
    ),
    has(
      "kamal docs",
      "sextant docs",
      unit("cli/program", "sextant docs > prints a section that a message names, and lists the pages"),
    ),
    replacedBy(
      "Pulumi",
      "kamal remove",
      "pulumi destroy; volumes with data stay, unless the program has said discard",
      "what was made is in the state",
      destroyed,
      lab(
        "preflight",
        "the preflight > is followed by a deploy, of which pulumi destroy leaves nothing on the machine but data, which it names",
      ),
    ),
    replacedBy(
      "Pulumi",
      "kamal remove, accessory remove, proxy reboot --confirmed",
      "pulumi up --yes and destroy --yes; sextant restart --yes",
      "each is a run of the engine, which asks",
      again,
    ),
  ],
};

export const accessoryCommands: Area = {
  title: "Commands for accessories",
  rows: [
    has("kamal accessory boot", "pulumi up", accessoryMade),
    has("kamal accessory reboot", "sextant restart --accessory NAME", accessoryAgain),
    has("kamal accessory start", "sextant start --accessory NAME", power),
    has("kamal accessory stop", "sextant stop --accessory NAME", power),
    replaced(
      "kamal accessory restart",
      "sextant restart --accessory NAME makes the container anew",
      "the state and the host then say the same",
      accessoryAgain,
    ),
    has("kamal accessory details", "sextant ps --accessory NAME", listed),
    has("kamal accessory logs", "sextant logs --accessory NAME", logs),
    has(
      "kamal accessory exec",
      "sextant exec --accessory NAME --new, whose volumes can only be read; without --new in the container that runs",
      reused,
    ),
    has("kamal accessory exec --interactive", "sextant exec --accessory NAME -i", reused),
    has("kamal accessory exec --reuse", "so without --new", reused, accessoryAgain),
    has("kamal accessory exec --raw", "always so on one host", accessoryAgain),
    replaced(
      "kamal accessory remove",
      "it is taken out of the program; its volume stays, or goes by data: discard",
      "data is not deleted by leaving something out",
      lab("data", "data > is there again when its component is, and when its volume is"),
      lab("data", "data > goes where that was deployed as the program's word, and is named where it is left"),
    ),
    replaced(
      "kamal accessory upload, directories, pull_image",
      "pulumi up: files, volume and image are the accessory's, and each is brought where it lacks or differs",
      "a step by itself would leave the container as it was made before",
      lab("docker", "a container > has its files and variables when it starts"),
      lab(
        "registry",
        "an image that went from the host > is pulled again by a plain up that needs it: the app's, the release command's, an accessory's",
      ),
    ),
    replaced(
      "kamal accessory remove_container",
      "it is taken out of the program",
      "the state and the host then say the same",
      accessoryGone,
    ),
    replacedBy(
      "the shell",
      "kamal accessory remove_image",
      "sextant run docker image rm IMAGE",
      "Docker itself refuses it for one that is used",
      onHosts,
    ),
    replaced(
      "kamal accessory remove_service_directory",
      'data: "discard" of its volume, and the accessory taken out of the program',
      "data is deleted by a word that exists for nothing else",
      lab("data", "data > goes where that was deployed as the program's word, and is named where it is left"),
    ),
  ],
};

export const appCommands: Area = {
  title: "Commands for the app",
  rows: [
    has("kamal app boot", "pulumi up", release),
    has("kamal app start", "sextant start --app NAME", power),
    has("kamal app stop", "sextant stop --app NAME; sextant maintenance shuts the routes", power),
    has("kamal app details", "sextant ps", listed),
    has(
      "kamal app containers",
      "sextant ps has those that have stopped, too; a unit test alone shows it",
      unit(
        "cli/operate/running",
        "what runs on a host > is what carries the labels of the stack's parts, the newest of each first, and the proxy whosever it is",
      ),
      listed,
    ),
    has("kamal app images", "sextant images", again),
    has("kamal app version", "sextant ps, and the output version of the App", listed),
    has("kamal app exec", "sextant exec; on one host, or with --each-host on all", newContainer),
    has(
      "kamal app exec --interactive",
      "sextant exec -i, and sextant console, shell, dbconsole",
      reused,
      named,
    ),
    has("kamal app exec --reuse", "sextant exec --reuse", reused),
    has("kamal app exec --env", "sextant exec -e NAME=value", newContainer),
    has(
      "kamal app exec --detach",
      "sextant exec --detach; the container goes when the command ends",
      lab(
        "operate",
        "sextant exec > goes on by itself where nobody waits for it, with a log, and is gone when it ends",
      ),
    ),
    has("kamal app exec --raw", "always so on one host", newContainer),
    has("kamal app logs", "sextant logs: all hosts as one, by time", logs),
    has("kamal app, accessory, proxy logs --lines", "sextant logs -n", logs),
    has("kamal app, accessory, proxy logs --since", "sextant logs --since", logs),
    has("kamal app, accessory, proxy logs --grep", "sextant logs --grep", logs),
    has(
      "kamal app, accessory, proxy logs --grep-options",
      "sextant logs --grep-options: -i, -v, -w, -x, -F, -A, -B, -C; the lines around a match are of the same container",
      logs,
      unit(
        "cli/operate/grep",
        "lines that are shown > come with those around them of the same container, each once",
      ),
    ),
    has(
      "kamal app, accessory, proxy logs --follow",
      "sextant logs --follow, on all hosts and through a release",
      followed,
    ),
    has("kamal app, accessory, proxy logs --skip-timestamps", "there are none without --timestamps", logs),
    has("kamal app logs --container-id", "sextant logs --container-id, an id or a name", logs),
    replaced(
      "kamal app stale_containers",
      "each release takes away what it replaces; sextant ps lists what is left",
      "two generations of a role are the most that a host has",
      noneLeft,
      lab(
        "interruptions",
        "a release that is cut off in its gates > leaves two generations at most, no worker of its own, and the next release goes through",
      ),
    ),
    replaced(
      "kamal app stale_containers --stop",
      "the next release stops them",
      "nobody has to think of it",
      lab(
        "interruptions",
        "a proxy that is dead during three releases > leaves two generations at most on its host, and nothing when it is back",
      ),
    ),
    has("kamal app live", "sextant maintenance off, live, resume", held),
    has("kamal app maintenance", "sextant maintenance on", held),
    has("kamal app maintenance --message", "sextant maintenance on --message", held),
    has("kamal app maintenance --drain-timeout", "sextant maintenance on --drain", held),
    replaced(
      "kamal app remove",
      "the app or its role is taken out of the program",
      "what is not in the program is not on the hosts",
      roleRemoved,
      destroyed,
    ),
    replaced(
      "kamal app remove_container, remove_containers",
      "the role is taken out of the program; those of failed releases go with the next one, or by sextant prune",
      "what serves is never removed by a command",
      roleRemoved,
      noneLeft,
    ),
    replaced("kamal app remove_images", "sextant prune --keep 1", "what serves keeps its image", pruned),
    replaced(
      "kamal app remove_app_directories",
      "pulumi destroy: nothing of an app is in directories of the host but its assets, which go with it",
      "what was made is in the state",
      destroyed,
      lab("assets", "the assets of two releases > go from the hosts with the app"),
    ),
  ],
};

const devBuild = unit(
  "cli/program",
  "sextant build > builds the files of the program's image for this machine, with its secrets in no word, and ends as Docker does",
);

export const otherCommands: Area = {
  title: "Commands for builds, locks, the proxy, pruning, registries, secrets, servers",
  rows: [
    replaced(
      "kamal build push",
      "pulumi up --target '**docker-build:index:Image::NAME'",
      "a build is a step of pulumi up; the same tree is not built again",
      pushedAlone,
    ),
    has(
      "kamal build pull",
      "each release pulls on all hosts before it begins",
      unit(
        "components/app/app",
        "App > pulls on all hosts before the first container, and cleans up after the last switch: a resource each",
      ),
      lab("registry", "a login > that is new each time is no change, and reaches the next pull"),
    ),
    replaced("kamal build deliver", "pulumi up", "a build is a step of pulumi up", built),
    replaced(
      "kamal build create",
      "nothing is created: Docker of the server has its BuildKit",
      "a builder of buildx on this machine is made by docker-build, or by docker buildx create",
      built,
    ),
    replaced(
      "kamal build remove",
      "nothing is left to remove but BuildKit's cache: docker builder prune",
      "a builder lives as long as pulumi up",
      lab("image", "an image > is not built again for the same tree, and leaves no builder behind"),
    ),
    replaced(
      "kamal build details",
      "docker buildx ls, and docker buildx inspect NAME for a builder that is named; a server's is its own Docker, which sextant run docker buildx ls shows",
      "a builder on a server is there while pulumi up builds alone",
      lab("image", "an image > is not built again for the same tree, and leaves no builder behind"),
    ),
    has(
      "kamal build dev",
      "sextant build, once pulumi up has built the Image; a unit test, with a program in Docker's place, shows what Docker is told",
      devBuild,
      lab(
        "image",
        "an image > is marked where a change is in no commit, and the preview says which entry it is",
      ),
    ),
    replaced(
      "kamal build push, deliver, dev --output",
      "sextant build --output; transform.build of the Image has docker-build's exports",
      "what pulumi up builds is for the registry that it deploys from",
      unit("cli/program", "sextant build > goes where --output says, and is the one that is named"),
    ),
    has("kamal build push, deliver, dev --no-cache", noCache, builtAnew),
    has("kamal lock status", "sextant lock; a second run of Pulumi says who has the stack, too", locked),
    has("kamal lock acquire", "sextant lock MESSAGE, also until a time", locked, lockEnds),
    has("kamal lock acquire --message", "sextant lock MESSAGE", locked),
    has("kamal lock release", "sextant unlock; pulumi cancel for the lock of a run that was killed", locked),
    has("kamal proxy boot", "pulumi up, by a Proxy", fromNothing),
    has(
      "kamal proxy start",
      "sextant proxy start; pulumi up --refresh starts one that was stopped, and makes one that was removed",
      proxyStopped,
      {
        ...lab("deploy", "what was removed by hand comes back with pulumi up --refresh > %s"),
        case: { file: "test/lab/deploy.test.ts", name: "the proxy" },
      },
    ),
    has("kamal proxy stop", "sextant proxy stop, which names what is away then, and asks", proxyStopped),
    has("kamal proxy restart", "sextant proxy restart, without losing a request", proxyRestarted),
    has("kamal proxy details", "sextant ps --proxy", listed),
    has("kamal proxy logs", "sextant logs --proxy", logs),
    has(
      "kamal proxy reboot",
      "sextant proxy restart; another image or option is an edit of the Proxy: neither loses a request",
      proxyRestarted,
      proxyReplaced,
    ),
    has(
      "kamal proxy reboot --rolling",
      "sextant proxy restart goes host after host; pulumi up replaces all at a time, and none is away",
      proxyRestarted,
      proxyReplaced,
    ),
    replaced(
      "kamal proxy boot_config set",
      "the arguments of Proxy",
      "they are in the program",
      flag.options,
      proxyReplaced,
    ),
    replacedBy("Pulumi", "kamal proxy boot_config get", "pulumi stack export", "the state has them"),
    replaced(
      "kamal proxy boot_config reset",
      "the arguments are taken out of the program",
      "they are in the program",
      unit(
        "components/proxy/existing",
        "a proxy of one's own > goes over the bridge with every edit that replaces it, also one of a transform",
      ),
    ),
    replaced(
      "kamal proxy remove",
      "the Proxy is taken out of the program, or pulumi destroy; whether other stacks route through it is not looked at",
      "what is not in the program is not on the hosts",
      destroyed,
    ),
    replaced(
      "kamal proxy remove --force",
      "pulumi destroy removes the Proxy of its own program, and nobody else's",
      "nothing of it is refused that could be forced",
      destroyed,
      lab(
        "proxy",
        "a second stack on the server > is refused a proxy of its own with the owner's name, and leaves the first one as it is",
      ),
    ),
    replaced(
      "kamal proxy remove_container, remove_image, remove_proxy_directory",
      "the Proxy is taken out of the program, or pulumi destroy: container, settings and files go",
      "what was made is in the state",
      destroyed,
    ),
    has("kamal prune all", "sextant prune, and each release by itself", pruned, cleanedUp),
    has("kamal prune images", "sextant prune, and each release by itself", pruned, cleanedUp),
    has(
      "kamal prune containers",
      "sextant prune, of those that have been stopped for an hour, and each release by itself",
      noneLeft,
      unit(
        "host/prune",
        "by hand > takes what has been stopped for long, and nothing that runs or that a release may be about to use",
      ),
    ),
    replaced(
      "kamal prune containers --retain",
      "App.retainImages",
      "going back takes the image, and keeps no container",
      cleanedUp,
      unit("provider/release/clean-up", "the clean-up > runs everywhere for another number of images"),
    ),
    replaced(
      "kamal registry login",
      "a Registry; its login goes with each pull",
      "no login stays on a host",
      lab("registry", "a login > of odd characters is sent"),
      noLoginLeft,
    ),
    replaced(
      "kamal registry logout",
      "there is nothing to log out of",
      "no login stays on a host",
      noLoginLeft,
    ),
    replaced(
      "kamal registry --skip-local, --skip-remote",
      "no login is made on either side",
      "it goes with each pull",
      noLoginLeft,
    ),
    replaced("kamal registry setup", "ServerRegistry", "pulumi up makes it", ownRegistry),
    replaced(
      "kamal registry remove",
      "ServerRegistry",
      "pulumi destroy takes it away, and keeps its images",
      ownRegistry,
    ),
    has(
      "kamal secrets fetch",
      "sextant secrets fetch, whose values become secrets of the stack and are printed nowhere",
      fetched,
    ),
    has(
      "kamal secrets fetch --adapter",
      "1Password, Bitwarden, Bitwarden Secrets Manager, LastPass, AWS, GCP, Doppler, Enpass, Passbolt, by their own programs; in the tests stand-ins are for them",
      fetched,
      unit("cli/secrets/adapters", "the adapters > are there by the names that Kamal has for them"),
    ),
    has(
      "kamal secrets fetch --account, --from",
      "sextant secrets fetch --account, --from",
      fetched,
      unit(
        "cli/secrets/adapters",
        "Google Secret Manager > is asked by project, version and who one is, and its base64 is read",
      ),
    ),
    has(
      "kamal secrets extract",
      "--extract of sextant secrets fetch",
      unit(
        "cli/secrets/chosen",
        "what is chosen > is what is extracted alone, by its whole name or the last part of it",
      ),
    ),
    replacedBy(
      "Pulumi",
      "kamal secrets print",
      "pulumi config --show-secrets",
      "secrets are values of the stack",
      fetched,
    ),
    has(
      "kamal server bootstrap",
      'a Server\'s first boot installs Docker, and an ExistingServer with docker: "install"; Debian\'s or Ubuntu\'s packages, or those of docker.com by docker: { install: "docker.com" }',
      unit(
        "host/docker-com",
        "Docker from docker.com > is installed from its repository, whose key has the fingerprint, and nothing is done again",
      ),
      lab(
        "machines-of-today",
        "a server without Docker and curl > boots while another user of apt has its lists, and serves",
      ),
      lab(
        "access",
        "a machine with users that are not root > is previewed with the Docker that it gets, and gets it, an app and an accessory through the jump host",
      ),
    ),
    has("kamal server exec", "sextant run", onHosts),
    has("kamal server exec --interactive", "sextant run -i, on one host", onHosts),
    has("kamal server exec --raw", "always so on one host", onHosts),
  ],
};
