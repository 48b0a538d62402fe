/** Beyond commands and keys: what a Rails app of Kamal's misses first where it is not there, and what Kamal's users ask for in its issues. */
import { fault, lab, refusal, unit } from "../proof";
import { has, missing, part, replacedBy, type Area } from "../row";
import { flag, fromNothing, held, named, noneLeft, noneSwitched, ownRegistry } from "../shared";

const built = lab("image", "an image > is built on a server and pushed, and its digest is deployed");
const workflows = unit(
  "cli/init/workflows",
  "the workflows > preview a pull request of the repository itself, and deploy what is merged, one at a time",
);
const takenOver = lab(
  "takeover",
  "a server that Kamal deploys to > is taken over in place, with its proxy and its data, and no request is lost",
);
const secondStack = lab(
  "proxy",
  "a second stack on the server > routes through the proxy that is there; both release, and the second goes without harm to the first",
);
const assets = lab(
  "assets",
  "the assets of two releases > are all there on both servers while a release goes over them, and after it",
);
const dead = (title: string) => lab("dead-hosts", `a host that dies > ${title}`);
const someHosts = lab(
  "operate",
  "a release to some of the hosts > leaves the others as they are, until a run names none",
);
const placed = lab(
  "deploy",
  "from nothing > keeps databases off the public addresses, and in reach of the private network",
);
const notLeft = lab(
  "data",
  "data > is not left behind on another host, and goes along, or stays there, where the program says so",
);
const copied = lab(
  "databases",
  "a copy into a new database > has every row of all databases, while the app is in maintenance",
);
const workerLast = lab(
  "interruptions",
  "a release that is cut off in its gates > leaves two generations at most, no worker of its own, and the next release goes through",
);
const edited = "an edit under load touches what it should and loses nothing";
const proxyEdit = lab(
  "deploy",
  `${edited} > the proxy's image, with routes, certificates and maintenance state kept`,
);
const ownCertificate = lab(
  "certificates",
  "a certificate of one's own > serves its wildcard, and is renewed under handshakes without one that fails; the former key goes",
);
const pruned = lab(
  "operate",
  "sextant prune > removes old images and says how large they were, and nothing that runs or has data",
);
const kept = lab(
  "registry",
  "the clean-up > leaves three of six digests, that which serves among them, and of builds of one date those that came last",
);
const hidden = lab("deploy", "secrets > are not in what Pulumi prints, in its state, or in its preview");
const noArgument = lab(
  "deploy",
  "secrets > are in no process list and no log of a host, and in no file but Docker's own",
);

/** Read from a program of `rails new`, with what stands in its deploy.yml. */
export const gaps: Area = {
  title: "What a Rails app would miss first",
  rows: [
    has(
      "gap: build, push, and an example for CI",
      "an Image is built and pushed by pulumi up; sextant init --github writes the workflows",
      built,
      workflows,
    ),
    has(
      "gap: console, shell, dbconsole, logs",
      "sextant console, dbconsole, shell, exec and logs; App.commands for further ones",
      named,
      lab("operate", "sextant logs > are those of all hosts as one, by time, and of what is chosen"),
    ),
    has(
      "gap: moving over on the same server",
      "takeOver, which sextant import --take-over writes",
      takenOver,
    ),
    has(
      "gap: users other than root, no Docker yet, a bastion, an agent's key",
      'ssh.user and ssh.jump of ExistingServer, docker: "install"; without a key in the program what ssh finds',
      lab(
        "access",
        "a machine with users that are not root > is previewed with the Docker that it gets, and gets it, an app and an accessory through the jump host",
      ),
      unit(
        "provider/ssh/reach",
        "a key in an agent alone > is taken, also among more of them than sshd lets one try",
      ),
    ),
    has(
      "gap: apps of separate repositories on one server",
      "ExistingProxy in all but one of them",
      secondStack,
    ),
    has("gap: assets of two releases", "App.assetPath", assets),
    has(
      "gap: a dead host does not stop releases",
      "SEXTANT_HOSTS leaves it out of a run, gone: true takes it for dead",
      dead("is refused in a role once it is gone, and the release goes on without it, with no request lost"),
      someHosts,
    ),
    has(
      "gap: maintenance, error pages, stop and start",
      "sextant maintenance, pause, stop and start; App.errorPages",
      held,
      lab(
        "operate",
        "sextant stop, start and audit > take containers away for a while, and say what was done",
      ),
    ),
    has(
      "gap: data that is not lost by an edit",
      "volumes stay, unless the program has said discard; where an edit would leave data behind, it is refused",
      notLeft,
      lab("data", "data > is there again when its component is, and when its volume is"),
    ),
    part(
      "gap: data that can be brought back",
      "a database is copied into a new one by sextant copy-data, and Server.backups are Hetzner's; no backup on a schedule, and no restore",
      copied,
    ),
    has(
      "gap: a bad release is contained",
      "workers start once all with a route of their batch are fit; what was never switched stops when its lease ends. Going back runs the release command of that version, unless it went well within the hour",
      workerLast,
      noneSwitched,
    ),
  ],
};

export const wishes: Area = {
  title: "What Kamal's users ask for",
  rows: [
    has(
      "wish: why a release is unhealthy",
      "the cause, its evidence and its cure in the error, and sextant doctor",
      fault("wrong port"),
      fault("exception in the health path"),
      fault("OOM kill"),
    ),
    has("wish: the Host of health probes", "route.health.host, or that of the route", flag.health),
    part(
      "wish: health probes of an outer balancer",
      "a route without hosts answers whoever asks by an address; behind a maintenance page its health path is answered with 200",
      held,
    ),
    has(
      "wish: apps that start slowly, and workers with a check of their own",
      "readyTimeout, and ready of a role without a route",
      fault("slow boot"),
      unit("provider/release/ready", "the words of a check > wait for a worker, and run its command"),
    ),
    has(
      "wish: ports that are shut, and machines that are hardened",
      "an accessory's port is published to nobody; a Firewall, or ExistingServer.firewall in front of Docker",
      placed,
      lab(
        "firewall",
        "a firewall on the machine > shuts in both families what no rule lets in: what Docker publishes past UFW, and the machine's own",
      ),
    ),
    has(
      "wish: whose port it is",
      "refused at preview, with who has it",
      refusal("accessory: port of another one"),
    ),
    has(
      "wish: nginx or Traefik beside the proxy",
      'behind: "nginx" of the Proxy; Traefik in the same way',
      lab(
        "certificates",
        "nginx in front of the proxy > has TLS, and a Rails app with force_ssl sees scheme and client: no loop, and its forms are accepted",
      ),
    ),
    has(
      "wish: the database is there at the first setup",
      "an app waits until its accessories are ready",
      fromNothing,
    ),
    has(
      "wish: accessories of an image that is built",
      "Accessory.image takes an Image; its data stays through an edit of what it is built from",
      lab(
        "image",
        "an image of an accessory > is built again where what it is made from is edited, and its data stays",
      ),
    ),
    has(
      "wish: accessories behind the proxy",
      "Accessory.route",
      lab(
        "accessories",
        "an accessory with a route > is reached through the proxy, by its next container too, and no more once the route is taken out",
      ),
    ),
    replacedBy(
      "Pulumi",
      "wish: a load balancer",
      'Pulumi\'s resources for one beside these, and behind: "loadBalancer" of the Proxy',
      "each cloud has one of its own",
    ),
    part(
      "wish: a CDN, or a cloud's balancer, in front",
      'behind: "cdn" or "loadBalancer" of the Proxy takes client and scheme from it; a real CDN was never in front in a test',
      flag.forwarded,
      unit(
        "components/app/route",
        "a route of a proxy that is behind another server > believes it, and says https in its health question",
      ),
    ),
    part(
      "wish: challenges by DNS, another authority, wildcards",
      "ownCertificate() of any authority, with wildcards; no challenge by DNS, and the proxy asks Let's Encrypt alone",
      ownCertificate,
    ),
    missing(
      "wish: an ACME cache that hosts share",
      "letsEncrypt() on several hosts is refused; ownCertificate() is on each of them",
    ),
    has(
      "wish: one's own certificate on all hosts",
      "ownCertificate(), put on each host of the role",
      ownCertificate,
    ),
    part(
      "wish: one bad certificate takes no other route down",
      "what is no certificate, or another key's, is refused at preview; files that were damaged on the host still keep the proxy from loading its routes",
      unit(
        "components/app/checks/check-certificate",
        "a certificate of one's own > is refused when it is no certificate, or the chain begins with its authority",
      ),
    ),
    has("wish: a malformed host name is said", "refused at preview", refusal("app: host with an underscore")),
    has(
      "wish: secrets of several lines",
      "a container has them by Docker's API, the release command by standard input",
      unit(
        "components/app/app",
        "App > gives the release command what the containers have, as data and not by a shell",
      ),
      lab(
        "secrets",
        "sextant secrets fetch > sets what it reads as secrets of the stack, byte by byte, and says names alone",
      ),
    ),
    has(
      "wish: the environment is there for migrations",
      "App.release has the environment and the secrets of the primary role",
      fromNothing,
      fault("wrong password in the release command"),
    ),
    has(
      "wish: CI does not hold all secrets, and no argument does",
      "they are in the stack, encrypted; a runner has the key of the state",
      hidden,
      noArgument,
    ),
    has(
      "wish: builds for another architecture, and elsewhere",
      "platforms and builder of the Image; the preview compares image and server",
      built,
      lab("refusals", "a preview refuses > an image for another platform, as its registry describes it"),
    ),
    has("wish: a deploy without a registry", "ServerRegistry, on one of the servers", ownRegistry),
    has(
      "wish: an image for each role",
      "roles.*.image, and version of a role that is released by itself",
      lab(
        "canary",
        "a role with an image of its own > stays as it is where the app is released, and the others where it is released",
      ),
    ),
    has("wish: disks that do not fill up", "retainImages, limits of logs, sextant prune", kept, pruned),
    has(
      "wish: several containers of a role on a host",
      "replicas",
      lab(
        "replicas",
        "a role with replicas > is released in one step, with two generations at most, and without a lost request",
      ),
    ),
    part(
      "wish: services that do not speak HTTP",
      "an Accessory publishes any port, also of UDP; of a role it takes transform.container.ports, and nothing is switched",
      lab(
        "databases",
        "an accessory with what Kamal's have > has the name of the program, directories with mode and owner, options of mounts, and files of its own",
      ),
    ),
    has(
      "wish: jobs by a schedule",
      "schedule of a role",
      lab(
        "schedule",
        "a role with a schedule > runs when its time has come, once over all hosts, with the role's environment, secrets and volumes",
      ),
    ),
    has(
      "wish: going back is easy",
      "sextant rollback lists and deploys; any version that the registry has",
      noneLeft,
      lab("operate", "sextant restart and rollback > are releases: under load, without a request lost"),
    ),
    has(
      "wish: a removed role does not run on",
      "it ends with the update",
      lab("deploy", `${edited} > a role, added and removed`),
    ),
    has(
      "wish: locks that one can live with",
      "the stack's own in a run, and sextant lock with a message and an end",
      lab(
        "operate",
        "a locked stack > is changed by nothing until it is unlocked: not by pulumi up, and by no command",
      ),
    ),
    has(
      "wish: nothing hangs",
      "each step has a limit, and says what it waited for",
      unit(
        "provider/ssh/reach",
        "a host that does not answer > is named within a quarter of a minute where nothing comes back at all",
      ),
      fault("hang in the health path"),
    ),
    has("wish: another proxy loses no route", "the bridge, and routes by the program", proxyEdit),
    part(
      "wish: basic authentication, redirects, compression",
      "route.canonicalHost and redirectToHttps; authentication and compression are the app's, or a web server's in front",
      flag.redirects,
    ),
    has(
      "wish: IPv6",
      "in both families, and servers without IPv4",
      fromNothing,
      lab("without-ipv4", "a server without IPv4 > is made, waited for and set up over IPv6"),
    ),
    has(
      "wish: SSH that does not time out",
      "one connection a host for as long as a run takes, and what is cut off is tried again",
      unit(
        "provider/ssh/reach",
        "a key from a secret > does for more commands at once than sshd takes sessions of a connection",
      ),
      unit(
        "provider/ssh/reach",
        "a host that does not answer > is tried again, and then said to be down, once for all that waits for it",
      ),
    ),
    part(
      "wish: services that find each other across hosts",
      'publish: "private" and the host of an accessory as an output of the program; no names that a container could look up',
      placed,
    ),
  ],
};
