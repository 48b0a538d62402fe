/**
 * What is checked at preview, as docs/checks.md shows it. A sentence that refuses or warns ends with the anchor of its
 * entry here.
 */

/** An entry of the page. */
export interface CheckPage {
  readonly title: string;
  /** Whether it stops the preview, or only says something. */
  readonly effect: "refused" | "warned" | "refused or warned";
  /** Why it is checked, and where the line is drawn. */
  readonly why: string;
  /** Whole sentences, as a user sees them. */
  readonly says: readonly string[];
}

const pages = {
  "public-port": {
    title: "Public accessory port",
    effect: "refused",
    why: "Docker publishes a port past the host's own firewall: `ufw deny 5432` does not shut it. So an accessory is published to nobody by default, and to everybody only with a reason that a reviewer reads, never without a password.",
    says: [
      'Accessory "search": publish.reason is "", but it must not be empty; say why the whole internet may reach it (docs/checks.md#public-port).',
      'Redis "cache": password, but everybody can reach the port and there is no password; set it with pulumi config set --secret, or leave publish out (docs/checks.md#public-port).',
    ],
  },
  "same-route": {
    title: "Two apps with the same host and path",
    effect: "refused",
    why: "One proxy serves all apps of a host. It would refuse the second app's route only at its switch, when the new release is up already. A wildcard beside one of its names is no conflict: the proxy takes the exact name first.",
    says: [
      'App "blog": roles.web.route is "shop.test/", but the route shop-web of App "shop" has the same host and path on web-1; give one of them another host or path (docs/checks.md#same-route).',
    ],
  },
  "same-port": {
    title: "Two things on one host port",
    effect: "refused",
    why: "The second container would be made and could not start. The proxy's ports, the published ports of accessories and sshd's own are compared, on each host, by address and protocol.",
    says: [
      'Accessory "search": hostPort is 80, but Proxy "proxy" has tcp port 80 of web-1; choose another port (docs/checks.md#same-port).',
    ],
  },
  "image-platform": {
    title: "Image platform against server type",
    effect: "refused",
    why: "An image for Arm does not start on an x86 server, nor the other way round: `exec format error`. The platforms of the image are read from its registry, the architecture of a server follows from its type.",
    says: [
      'App "shop": image is "registry.test/shop:arm", but it is made for linux/arm64 and web-1 is linux/amd64; build it with docker build --platform linux/amd64 (docs/checks.md#image-platform).',
    ],
  },
  "image-command": {
    title: "Image without a command to serve with",
    effect: "refused",
    why: "Without CMD in the Dockerfile an image runs what its base image runs: `irb` for Ruby, a shell for Debian. The container runs, nothing listens, and the health check ends in a timeout that says nothing.",
    says: [
      'App "shop": image is "registry.test/shop:irb", but role web would run irb, which waits for a keyboard and serves nobody; add CMD to the Dockerfile, or set roles.web.command (docs/checks.md#image-command).',
    ],
  },
  "image-tag": {
    title: "Tag that the registry does not have",
    effect: "warned",
    why: "The pull would fail on every host, before anything is touched. A preview of a pull request often runs before the build has pushed, so that it is a warning; `inspectImage: false` leaves the registry unasked.",
    says: [
      'App "shop": version is "v404", but registry.test has no such tag of shop; push it before pulumi up, or set inspectImage: false (docs/checks.md#image-tag).',
    ],
  },
  "image-port": {
    title: "EXPOSE without the route's port",
    effect: "warned",
    why: "EXPOSE is a note of the image's author and opens nothing, so an app may well listen elsewhere. Where there is one, and it names other ports than the route does, the route is more often wrong than the note.",
    says: [
      'App "shop": route.port is 3000, but the image exposes 8080; set it to 8080 unless the app listens on 3000 (docs/checks.md#image-port).',
    ],
  },
  "image-unread": {
    title: "Image that could not be read",
    effect: "warned",
    why: "A preview goes on without what the registry would have said: it may be down, or reachable from the servers only. It is asked for three seconds at most, see `inspectImage` of App. Credentials are those of a `Registry` of the app's servers.",
    says: [
      'App "shop": image is "registry.test/shop:v2", but registry.test did not answer within 3s, so platform, command and ports are unchecked; set inspectImage: false if it cannot be reached from here (docs/checks.md#image-unread).',
    ],
  },
  "lets-encrypt": {
    title: "Let's Encrypt on several hosts",
    effect: "refused",
    why: "Each host's proxy asks for a certificate by itself, and Let's Encrypt comes to whichever host DNS names: the challenge of one is answered by another. Let's Encrypt comes to port 80 or 443 and from anywhere, so a firewall has to let it.",
    says: [
      'App "shop": route.tls is "letsEncrypt", but web-1 and web-2 would each answer for the other\'s challenge; bring a certificate with ownCertificate(), or end TLS at a load balancer and leave tls out (docs/checks.md#lets-encrypt).',
    ],
  },
  "firewall-shut": {
    title: "Firewall that does not let in what is published",
    effect: "refused or warned",
    why: "What is published and shut at the firewall waits for requests that never come. Refused is what nobody can reach: a proxy with both ports shut, HTTP/3 without its UDP port, a public accessory. A server in a private network may be reached there, which Hetzner's firewalls do not filter. Warned is HTTPS with port 80 shut: it works, and who types the bare name gets no answer.",
    says: [
      'Proxy "proxy": servers is "web-1", but its firewalls let nobody in on tcp ports 80 and 443; add http and https to the firewall (docs/checks.md#firewall-shut).',
      'Proxy "proxy": http3 is true, but the firewalls of web-1 let nobody in on udp port 443; add http3 to the firewall (docs/checks.md#firewall-shut).',
      'Accessory "search": publish is {"public":true,"reason":"demo"}, but the firewalls of web-1 let nobody in on tcp port 7700; add tcp(7700).from(...) to the firewall, or publish it to "private" (docs/checks.md#firewall-shut).',
    ],
  },
  "firewall-open": {
    title: "Firewall that lets in more than anything uses",
    effect: "warned",
    why: "A port that is open to everybody and has nothing behind it in this program is left over, or waits for something that is started by hand and is then open at once. Only a warning, since something else may listen there. Rules for named networks are not looked at: `from(...)` instead of `anywhere` ends it.",
    says: [
      'Firewall "edge": allow[2] is "tcp(5432).anywhere", but nothing on web-1 is published there; remove it, or name who needs it with from(...) (docs/checks.md#firewall-open).',
    ],
  },
  anywhere: {
    title: "SSH from anywhere not spelled out, or any other port",
    effect: "refused",
    why: "An open SSH port is tried by everybody, all the time. `ssh.from(...)` names a network, `ssh.anywhere(reason)` says that it is meant, and the reason is read in a review. The same goes for every port but those of a web server, and for a server without a firewall.",
    says: [
      'Firewall "edge": allow[0] ssh.from is "0.0.0.0/0", but a whole address family is everybody, and that has to be spelled out, for both families; write ssh.anywhere("the reason") (docs/checks.md#anywhere).',
    ],
  },
  "mutable-tag": {
    title: "Tag that moves",
    effect: "refused",
    why: "With `latest`, the same program gives another release tomorrow, two hosts can run two of them, and there is none to go back to. A release has a tag of its own, or a digest.",
    says: [
      'App "shop": version is "latest", but a tag that moves gives no release to go back to; use a tag of its own for each build, such as the commit\'s hash (docs/checks.md#mutable-tag).',
    ],
  },
  "empty-secret": {
    title: "Empty secret",
    effect: "refused",
    why: "A secret that was never set in this stack is an empty variable in the container, and shows as a failed login much later.",
    says: [
      'App "shop": secrets.TOKEN, but it is empty; set it with pulumi config set --secret, or remove it (docs/checks.md#empty-secret).',
    ],
  },
  "env-and-secret": {
    title: "Name both in env and secrets",
    effect: "refused",
    why: "One of the two values would be lost, and which one is not to be seen. A role's env and the app's secrets are one environment.",
    says: [
      'App "shop": secrets.TOKEN, but the same name is in env, and one of the two would be lost; remove it from env (docs/checks.md#env-and-secret).',
    ],
  },
  memory: {
    title: "Memory of both releases against the server's",
    effect: "refused or warned",
    why: "In a release the old and the new container of a role run side by side. Added up are the limits on a host: roles twice, or once with `stop-first`, accessories once; what has no limit counts nothing. Refused is what does not fit even once, between releases. Warned is what fits once and not twice: limits are upper bounds, so it may work, and if it does not, the kernel ends a process in the middle of a release.",
    says: [
      'App "shop": resources.memory, but the limits on web-1 come to 6144m once and it has 4096m; lower them, or take a larger server (docs/checks.md#memory).',
      'App "shop": resources.memory, but with both releases the limits on web-1 come to 5120m and it has 4096m; lower them, or take a larger server (docs/checks.md#memory).',
    ],
  },
  timeouts: {
    title: "Timeouts that cannot work together",
    effect: "refused or warned",
    why: "Refused is what can never be: one health answer that may take longer than all of `readyTimeout`, a worker that has to run longer than that to count as ready. Warned is `responseTimeout` over `drainTimeout`: in a release, a request that takes longer than the drain is cut.",
    says: [
      'App "shop": route.health.timeout is "90s", but one answer may then take longer than the whole readyTimeout of 60s; lower it, or raise readyTimeout (docs/checks.md#timeouts).',
      'App "shop": route.responseTimeout is "120s", but a release cuts a request that takes longer than the drainTimeout of 30s; raise drainTimeout to "120s" (docs/checks.md#timeouts).',
    ],
  },
  parallel: {
    title: "More containers at once than Pulumi does steps",
    effect: "warned",
    why: "The new containers of a release boot side by side, each behind a gate, and a gate is a step of Pulumi for as long as the container boots. Pulumi does four steps a core of the machine that it runs on at a time, so that on a runner with two cores the ninth container is started when the first one is ready. A gate costs that machine next to nothing: any number up to that of all containers is right.",
    says: [
      'App "shop": the number of containers that boot at once is 12, but Pulumi does 8 steps at a time here, so that they boot in turns; set PULUMI_PARALLEL=12, or more, where pulumi runs (docs/checks.md#parallel).',
    ],
  },
  "stripped-path": {
    title: "Path prefix that the app never sees",
    effect: "warned",
    why: "The proxy takes a route's prefix off, as Kamal has it: right for an app that knows nothing of the prefix it lives below. Beside `/` on the same route the app lives at the root as well, and `/orders/5` reaches it as `/5`.",
    says: [
      'App "shop": route.paths is ["/","/orders"], but stripPath takes "/orders" off before the app sees the request; remove "/orders", which "/" answers already, or set stripPath: false (docs/checks.md#stripped-path).',
    ],
  },
  "private-network": {
    title: "Published privately without a private network",
    effect: "refused",
    why: "There is no address to publish on.",
    says: [
      'Accessory "search": publish is "private", but web-1 has no private address; give the server a network (docs/checks.md#private-network).',
    ],
  },
  values: {
    title: "Networks, ports, host names, paths, durations, sizes",
    effect: "refused",
    why: "A network is an address and a prefix length without host bits, a port is from 1 to 65535, a host name has no scheme and no port, a path starts with a slash, a duration has a unit (`ms`, `s`, `m`, `h`), a size too (`k`, `m`, `g`).",
    says: [
      'App "shop": route.port is 0, but a port is a whole number from 1 to 65535; give the port that is meant, such as 3000 (docs/checks.md#values).',
    ],
  },
} as const satisfies Record<string, CheckPage>;

/** The name of a check: its anchor on the page. */
export type CheckName = keyof typeof pages;

/** All checks that have an entry, in the page's order. */
export const checkPages: Readonly<Record<CheckName, CheckPage>> = pages;
