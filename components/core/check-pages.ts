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
    effect: "refused or warned",
    why: "Docker publishes a port past the host's own firewall: `ufw deny 5432` does not shut it. So an accessory is published to nobody by default, and to everybody only with a reason that a reviewer reads, never without a password. A Redis without one in the private network is only said: every server there can read and write it.",
    says: [
      'Accessory "search": publish.reason is "", but it must not be empty; say why the whole internet may reach it (npx sextant docs checks#public-port).',
      'Redis "cache": password, but everybody can reach the port and there is no password; set it with pulumi config set --secret, or leave publish out (npx sextant docs checks#public-port).',
      'Redis "cache": password, but every server of the private network can reach the port and there is no password; set it with pulumi config set --secret, or leave publish out (npx sextant docs checks#public-port).',
    ],
  },
  "same-route": {
    title: "Two apps with the same host and path",
    effect: "refused",
    why: "One proxy serves all apps of a host. It would refuse the second app's route only at its switch, when the new release is up already. A wildcard beside one of its names is no conflict: the proxy takes the exact name first.",
    says: [
      'App "blog": roles.web.route is "shop.test/", but the route shop-web of App "shop" has the same host and path on web-1; give one of them another host or path (npx sextant docs checks#same-route).',
    ],
  },
  "same-port": {
    title: "Two things on one host port",
    effect: "refused",
    why: "The second container would be made and could not start. The proxy's ports, the published ports of accessories and sshd's own are compared, on each host, by address and protocol.",
    says: [
      'Accessory "search": hostPort is 80, but Proxy "proxy" has tcp port 80 of web-1; choose another port (npx sextant docs checks#same-port).',
    ],
  },
  "image-platform": {
    title: "Image platform against server type",
    effect: "refused",
    why: "An image for Arm does not start on an x86 server, nor the other way round: `exec format error`. The platforms of the image are read from its registry, the architecture of a server follows from its type.",
    says: [
      'App "shop": image is "registry.test/shop:arm", but it is made for linux/arm64 and web-1 is linux/amd64; build it with docker build --platform linux/amd64 (npx sextant docs checks#image-platform).',
    ],
  },
  "image-command": {
    title: "Image without a command to serve with",
    effect: "refused",
    why: "Without CMD in the Dockerfile an image runs what its base image runs: `irb` for Ruby, a shell for Debian. The container runs, nothing listens, and the health check ends in a timeout that says nothing.",
    says: [
      'App "shop": image is "registry.test/shop:irb", but role web would run irb, which waits for a keyboard and serves nobody; add CMD to the Dockerfile, or set roles.web.command (npx sextant docs checks#image-command).',
    ],
  },
  "image-tag": {
    title: "Tag that the registry does not have",
    effect: "warned",
    why: "The pull would fail on every host, before anything is touched. A preview of a pull request often runs before the build has pushed, so that it is a warning; `inspectImage: false` leaves the registry unasked.",
    says: [
      'App "shop": version is "v404", but registry.test has no such tag of shop; push it before pulumi up, or set inspectImage: false (npx sextant docs checks#image-tag).',
    ],
  },
  "image-port": {
    title: "EXPOSE without the route's port",
    effect: "warned",
    why: "EXPOSE is a note of the image's author and opens nothing, so an app may well listen elsewhere. Where there is one, and it names other ports than the route does, the route is more often wrong than the note.",
    says: [
      'App "shop": route.port is 3000, but the image exposes 8080; set it to 8080 unless the app listens on 3000 (npx sextant docs checks#image-port).',
    ],
  },
  "image-volume": {
    title: "Data that the image keeps where no volume is",
    effect: "warned",
    why: "A VOLUME in a Dockerfile says where an image writes data. Docker makes a volume without a name there, a new one with each container. What an app writes there goes at its next release. An accessory's data is kept: a volume that is named after its container and the path is mounted there, and nothing deletes it; but the program does not show it. Read from the registry as `inspectImage` says.",
    says: [
      'App "shop": image is "registry.test/shop:v2", but it keeps data at /data, and what role web writes there goes with the container at each release; add "/data" to the role\'s volumes, unless nothing there is to be kept (npx sextant docs checks#image-volume).',
      'Accessory "search": image is "mongo:8", but it keeps data at /data/db, which volumes does not name, so that the data is kept in a Docker volume that nothing here shows; add "/data/db" to volumes before it holds anything, unless what is there may be lost (npx sextant docs checks#image-volume).',
    ],
  },
  "data-kept": {
    title: "Data that would be left behind or deleted",
    effect: "refused or warned",
    why: 'Nothing deletes a volume with data unless `data` of its component says "discard", see [Data](data.md). Data does not move between hosts either: an accessory that is given another server, or a role that is taken off a host, would begin with an empty volume while what it had written lies on the old host. A preview compares where the volumes are with where they would be. A server that is to be replaced is asked whether it has the volume; one that is lost does not answer, and holds nobody up. Another address of an `ExistingServer` is asked in the same way, so that the same machine passes.',
    says: [
      'Postgres "db": server leaves web-1, but the volume shop-test-db-data would stay there, and what comes instead would begin without its data; write data: "move" to take a copy along, or data: "leave" to begin empty; both keep what is on web-1 (npx sextant docs checks#data-kept).',
      'App "shop": roles leaves web-1, but the volume shop-test-shop-files would stay there, and what comes instead would begin without its data; copy over what is needed first, then write data: "leave", which keeps what is on web-1; of a dead server, say gone: true (npx sextant docs checks#data-kept).',
      'Postgres "db": web-1 is to be replaced by another machine, but the volume shop-test-db-data would go with the old one and all its data; take back what replaces the server, or copy the data elsewhere first and write data: "discard" (npx sextant docs checks#data-kept).',
      'Accessory "search": data is "discard", but the volume data is deleted with all data when it is removed, renamed without an alias, moved or destroyed; leave data out to keep it (npx sextant docs checks#data-kept).',
    ],
  },
  "same-volume": {
    title: "Two components with one volume",
    effect: "refused",
    why: "The name of a Docker volume is made of project, stack, component and volume, joined by hyphens, so that a volume `db-data` of an app `shop` and a volume `data` of an accessory `shop-db` have the same one: the app would write into the database's files.",
    says: [
      'Accessory "shop-db": volumes.data is "/data", but App "shop" has the Docker volume shop-test-shop-db-data of web-1; give one of them another name (npx sextant docs checks#same-volume).',
    ],
  },
  "image-unread": {
    title: "Image that could not be read",
    effect: "warned",
    why: "A preview goes on without what the registry would have said: it may be down, or reachable from the servers only. It is asked for three seconds at most, see `inspectImage` of App. Credentials are those of a `Registry` of the app's servers.",
    says: [
      'App "shop": image is "registry.test/shop:v2", but registry.test did not answer within 3s, so platform, command and ports are unchecked; set inspectImage: false if it cannot be reached from here (npx sextant docs checks#image-unread).',
    ],
  },
  "route-hosts": {
    title: "Host that the proxy would not know",
    effect: "refused",
    why: "The proxy compares host names as they are written, and browsers and TLS clients send them in lower case: a release with `Shop.example.com` is green, and answers 404 to everybody. A canonical host that is none of the route's hosts is refused by the proxy itself, when the new release is up already.",
    says: [
      'App "shop": route.hosts is "Shop.Test", but browsers ask for it in lower case, and the proxy would not know it; write it like "shop.test" (npx sextant docs checks#route-hosts).',
      'App "shop": route.canonicalHost is "www.shop.test", but it is none of the route\'s hosts, shop.test; add it to hosts (npx sextant docs checks#route-hosts).',
    ],
  },
  certificate: {
    title: "Certificate that does not serve its route",
    effect: "refused or warned",
    why: "The proxy loads what it is given, and shows it to everybody: browsers then refuse a certificate that has ended or is for other names. Names count as browsers read them: those of the extension (subjectAltName), where `*.example.com` is for one level below and not for `example.com`. A key of another certificate would be found at the switch, when the new release is up. A key that is a secret of the stack is compared as well; none of it is shown.",
    says: [
      'App "shop": route.hosts is "b.test", but the certificate is for a.test; bring one that has the host among its names, or take the host out (npx sextant docs checks#certificate).',
      'App "shop": route.tls, but the private key is that of another certificate; give both of one pair (npx sextant docs checks#certificate).',
    ],
  },
  behind: {
    title: "Two ends of TLS, or a front that is not believed",
    effect: "refused or warned",
    why: "With nginx, a CDN or a load balancer in front, each with its own idea of the scheme, redirects go round in circles, forgery protection refuses every form (`HTTP Origin header didn't match request.base_url`), and all clients have one address. So `behind` on the Proxy says who ends TLS, and everything follows from it; what contradicts it is refused. Warned is a port that everybody reaches without the front: there each can claim any address and scheme.",
    says: [
      'App "shop": route.tls is "letsEncrypt", but the Proxy is behind nginx, which ends TLS, and TLS has one end; take tls out of the route, or behind out of the Proxy (npx sextant docs checks#behind).',
      'Proxy "proxy": http3 is true, but the proxy is behind nginx, which ends TLS; leave it out, or leave behind out (npx sextant docs checks#behind).',
    ],
  },
  "image-zstd": {
    title: "Image whose layers an old Docker cannot read",
    effect: "warned",
    why: "Docker reads layers of zstd since version 23, and Debian 11 and 12 have 20.10 in their packages: a pull would end in `archive/tar: invalid tar header`. It is said of servers whose image is one of these; one that gets a newer Docker by `cloudInit` is fine. An existing server's Docker is not known at preview.",
    says: [
      'App "shop": image is "registry.test/shop:v2", but its layers are compressed by zstd, which Docker 20 of web-1 cannot read; build it with compression=gzip, or take a server with image: "debian-13" (npx sextant docs checks#image-zstd).',
    ],
  },
  "lets-encrypt": {
    title: "Let's Encrypt on several hosts",
    effect: "refused",
    why: "Each host's proxy asks for a certificate by itself, and Let's Encrypt comes to whichever host DNS names: the challenge of one is answered by another. Let's Encrypt comes to port 80 or 443 and from anywhere, so a firewall has to let it.",
    says: [
      'App "shop": route.tls is "letsEncrypt", but web-1 and web-2 would each answer for the other\'s challenge; bring a certificate with ownCertificate(), or end TLS at a load balancer and leave tls out (npx sextant docs checks#lets-encrypt).',
    ],
  },
  "lets-encrypt-dns": {
    title: "Name that does not lead to its server",
    effect: "warned",
    why: "Let's Encrypt comes where DNS leads the name, and takes an AAAA record first. A preview asks DNS for a second and a half at most, from where it runs, and never fails for its answer: records are often set last. After the release each name is asked for once, over TLS on the host; what has no certificate then is said with its cause, the release serves, and the next update asks again.",
    says: [
      'App "shop": route.hosts is "shop.test", but DNS has no address for it, and Let\'s Encrypt comes where DNS leads; point it to web-1 (192.0.2.1); until then the route has no certificate (npx sextant docs checks#lets-encrypt-dns).',
      'App "shop": route.hosts is "shop.test", but DNS leads it to 198.51.100.7, which is not web-1; point it to web-1 (192.0.2.1), or, with a CDN or load balancer in front, set behind on the Proxy and take letsEncrypt() out (npx sextant docs checks#lets-encrypt-dns).',
    ],
  },
  "firewall-shut": {
    title: "Firewall that does not let in what is published",
    effect: "refused or warned",
    why: "What is published and shut at the firewall waits for requests that never come. Refused is what nobody can reach: a proxy with both ports shut, HTTP/3 without its UDP port, a public accessory. A server in a private network may be reached there, which Hetzner's firewalls do not filter. Warned is HTTPS with port 80 shut: it works, and who types the bare name gets no answer.",
    says: [
      'Proxy "proxy": servers is "web-1", but its firewalls let nobody in on tcp ports 80 and 443; add http and https to the firewall (npx sextant docs checks#firewall-shut).',
      'Proxy "proxy": http3 is true, but the firewalls of web-1 let nobody in on udp port 443; add http3 to the firewall (npx sextant docs checks#firewall-shut).',
      'Accessory "search": publish is {"public":true,"reason":"demo"}, but the firewalls of web-1 let nobody in on tcp port 7700; add tcp(7700).from(...) to the firewall, or publish it to "private" (npx sextant docs checks#firewall-shut).',
    ],
  },
  "firewall-open": {
    title: "Firewall that lets in more than anything uses",
    effect: "warned",
    why: "A port that is open to everybody and has nothing behind it in this program is left over, or waits for something that is started by hand and is then open at once. Only a warning, since something else may listen there. Rules for named networks are not looked at: `from(...)` instead of `anywhere` ends it.",
    says: [
      'Firewall "edge": allow[2] is "tcp(5432).anywhere", but nothing on web-1 is published there; remove it, or name who needs it with from(...) (npx sextant docs checks#firewall-open).',
    ],
  },
  anywhere: {
    title: "SSH from anywhere not spelled out, or any other port",
    effect: "refused",
    why: "An open SSH port is tried by everybody, all the time. `ssh.from(...)` names a network, `ssh.anywhere(reason)` says that it is meant, and the reason is read in a review. The same goes for every port but those of a web server, and for a server without a firewall.",
    says: [
      'Firewall "edge": allow[0] ssh.from is "0.0.0.0/0", but a whole address family is everybody, and that has to be spelled out, for both families; write ssh.anywhere("the reason") (npx sextant docs checks#anywhere).',
    ],
  },
  gone: {
    title: "Something on a server that is gone",
    effect: "refused",
    why: "`gone: true` says that a machine is dead, so that the others are released without it and nothing asks it any more. Whatever is still put on it would be given up with it.",
    says: [
      'App "shop": roles.web.servers[1] is "web-2", but that server is gone, so that nothing can be put on it; take it out here, or take gone out there once it is back (npx sextant docs checks#gone).',
    ],
  },
  "host-key": {
    title: "Host key that is not pinned",
    effect: "warned",
    why: "Everything that a deploy sends goes over SSH as root: credentials, secrets, certificates. A `Server` gets a host key that is known before anyone connects. For an `ExistingServer` without `hostKey`, the first `pulumi up` trusts the key that answers, as ssh does, prints it and keeps it in the state: later ones are held to it. It is only as sure as that first connection.",
    says: [
      'ExistingServer "web-1": hostKey, but it is not set, so whoever answers first is trusted with all secrets of the host, and its key kept; set it to "ssh-ed25519 AAAA…" from the machine\'s console: cat /etc/ssh/ssh_host_ed25519_key.pub (npx sextant docs checks#host-key).',
    ],
  },
  "ssh-key": {
    title: "SSH key that ssh cannot use",
    effect: "refused",
    why: "ssh says of all of these only that permission was denied, and sshd counts them as attacks. A key from a secret often loses its line breaks on the way; those are mended. A key with a passphrase has to be in the agent that `SSH_AUTH_SOCK` names (`ssh-add FILE`), since nobody is asked during a deploy; on macOS the keychain may have it.",
    says: [
      'ExistingServer "old": ssh.privateKey, but the key has a passphrase, and no agent holds it; take the passphrase off a copy of it with ssh-keygen -p, or make a key for deploys alone (npx sextant docs checks#ssh-key).',
      'ExistingServer "old": ssh.privateKey, but it is the public half of a key; give the private one, or, where an agent holds it, the public half as ssh.publicKey alone (npx sextant docs checks#ssh-key).',
    ],
  },
  "mutable-tag": {
    title: "Tag that moves",
    effect: "refused",
    why: "With `latest`, the same program gives another release tomorrow, two hosts can run two of them, and there is none to go back to. A release has a tag of its own, or a digest.",
    says: [
      'App "shop": version is "latest", but a tag that moves gives no release to go back to; use a tag of its own for each build, such as the commit\'s hash (npx sextant docs checks#mutable-tag).',
    ],
  },
  "empty-secret": {
    title: "Empty secret",
    effect: "refused",
    why: "A secret that was never set in this stack is an empty variable in the container, and shows as a failed login much later.",
    says: [
      'App "shop": secrets.TOKEN, but it is empty; set it with pulumi config set --secret, or remove it (npx sextant docs checks#empty-secret).',
    ],
  },
  "env-and-secret": {
    title: "Name both in env and secrets",
    effect: "refused",
    why: "One of the two values would be lost, and which one is not to be seen. A role's env and the app's secrets are one environment.",
    says: [
      'App "shop": secrets.TOKEN, but the same name is in env, and one of the two would be lost; remove it from env (npx sextant docs checks#env-and-secret).',
    ],
  },
  memory: {
    title: "Memory of both releases against the server's",
    effect: "refused or warned",
    why: "In a release the old and the new container of a role run side by side. Added up are the limits on a host: roles twice, or once with `stop-first`, accessories once; what has no limit counts nothing. Refused is what does not fit even once, between releases. Warned is what fits once and not twice: limits are upper bounds, so it may work, and if it does not, the kernel ends a process in the middle of a release.",
    says: [
      'App "shop": resources.memory, but the limits on web-1 come to 6144m once and it has 4096m; lower them, or take a larger server (npx sextant docs checks#memory).',
      'App "shop": resources.memory, but with both releases the limits on web-1 come to 5120m and it has 4096m; lower them, or take a larger server (npx sextant docs checks#memory).',
    ],
  },
  timeouts: {
    title: "Timeouts that cannot work together",
    effect: "refused or warned",
    why: "Refused is what can never be: one health answer that may take longer than all of `readyTimeout`, a worker that has to run longer than that to count as ready. Warned is `responseTimeout` over `drainTimeout`: in a release, a request that takes longer than the drain is cut.",
    says: [
      'App "shop": route.health.timeout is "90s", but one answer may then take longer than the whole readyTimeout of 60s; lower it, or raise readyTimeout (npx sextant docs checks#timeouts).',
      'App "shop": route.responseTimeout is "120s", but a release cuts a request that takes longer than the drainTimeout of 30s; raise drainTimeout to "120s" (npx sextant docs checks#timeouts).',
    ],
  },
  parallel: {
    title: "More containers at once than Pulumi does steps",
    effect: "warned",
    why: "The new containers of a release boot side by side, each behind a gate, and a gate is a step of Pulumi for as long as the container boots. Pulumi does four steps a core of the machine that it runs on at a time, so that on a runner with two cores the ninth container is started when the first one is ready. A gate costs that machine next to nothing: any number up to that of all containers is right.",
    says: [
      'App "shop": the number of containers that boot at once is 12, but Pulumi does 8 steps at a time here, so that they boot in turns; set PULUMI_PARALLEL=12, or more, where pulumi runs (npx sextant docs checks#parallel).',
    ],
  },
  "stripped-path": {
    title: "Path prefix that the app never sees",
    effect: "warned",
    why: "The proxy takes a route's prefix off, as Kamal has it: right for an app that knows nothing of the prefix it lives below. Beside `/` on the same route the app lives at the root as well, and `/orders/5` reaches it as `/5`.",
    says: [
      'App "shop": route.paths is ["/","/orders"], but stripPath takes "/orders" off before the app sees the request; remove "/orders", which "/" answers already, or set stripPath: false (npx sextant docs checks#stripped-path).',
    ],
  },
  "accessory-reach": {
    title: "Address of an accessory that cannot be reached",
    effect: "refused or warned",
    why: "An accessory is known by its name to the containers of its own server. An app on another server reaches it only where it is published to the private network that both are in. Refused is what no server of the app can reach. Warned is what some can: a role on another server may not need the variable.",
    says: [
      'App "shop": secrets.DATABASE_URL, but it is the address of Postgres "db", which runs on web-2 and is published nowhere, so that web-1 cannot reach it; set publish: "private" on it and give the servers a Network, or run it on web-1 (npx sextant docs checks#accessory-reach).',
    ],
  },
  "data-format": {
    title: "Data of another major version or C library",
    effect: "refused",
    why: "PostgreSQL does not read the data files of another major version, so that the old database would be gone and the new one end at once. Between Debian's images and those on Alpine the C library changes, and with it the order of texts: indexes are then wrong without an error. So an edit that would put another one on the same data volume is refused, after a look at the volume where the server can be reached: an empty volume takes any. The way is a second `Postgres` beside the first one, `pg_dump` there and `psql` here, the app on the new `url`, and only then the first one's end. From 18 on the official image keeps its data at /var/lib/postgresql, before at /var/lib/postgresql/data; which of the two is followed from the major version.",
    says: [
      'Postgres "db": version is "nightly-build", but it does not say which major version of PostgreSQL it is, and the place of the data depends on that; give it as major (npx sextant docs checks#data-format).',
      'Postgres "db": version asks for PostgreSQL 16, but the volume shop-test-db-data holds data of PostgreSQL 15, which 16 does not read; leave version at 15, make a second Postgres of version 16 beside it, copy the data there with pg_dump and psql, and give the app its url (npx sextant docs checks#data-format).',
    ],
  },
  "private-network": {
    title: "Published privately without a private network",
    effect: "refused",
    why: "There is no address to publish on.",
    says: [
      'Accessory "search": publish is "private", but web-1 has no private address; give the server a network (npx sextant docs checks#private-network).',
    ],
  },
  "without-ipv4": {
    title: "Server without a public IPv4 address",
    effect: "refused or warned",
    why: "Such a server is reached at its IPv6 address. Refused is one that has neither, and firewalls that let in SSH from IPv4 networks alone: deploys could not log in. Warned is a registry that has no IPv6 address. What such a server cannot do besides is said in the docs of `Server`, at `publicIpv4`.",
    says: [
      'Server "web-1": firewalls is ["edge"], but they let in SSH from IPv4 networks alone, and the server has no IPv4 address; add your IPv6 network, as in ssh.from("203.0.113.0/24", "2001:db8::/48") (npx sextant docs checks#without-ipv4).',
      'Server "web-1": publicIpv4 is false, but ghcr.io has no IPv6 address, so that the server pulls nothing from it; leave publicIpv4 out, or keep the images in a registry that has one (npx sextant docs checks#without-ipv4).',
    ],
  },
  hetzner: {
    title: "What Hetzner has",
    effect: "refused or warned",
    why: "Type, location, image, SSH keys, the network's zone and the token would fail in `pulumi up` only, after other things have been made. So where a token is there, as `hcloud:token` or `HCLOUD_TOKEN`, Hetzner is asked, once a run and for five seconds at most. Refused is what it does not have. Warned is what it may not have when `pulumi up` comes: a type that is sold out at the moment, or that goes soon, and a key of `sshKeys` that is not there, unless the program makes it. A server that is there already is asked nothing for, also where its type is sold no more. With a provider of the program's own, or with `transform.server`, nothing is asked. What remains for `pulumi up` is in [Troubleshooting](troubleshooting.md#hetzner).",
    says: [
      'Server "web-1": type is "CX23", but Hetzner has no such server type; write "cx23" (npx sextant docs checks#hetzner).',
      'Server "web-1": type is "cx23", but Hetzner has none of it left in fsn1 at the moment; take it in nbg1 or hel1, take another type, such as cx33, or try later (npx sextant docs checks#hetzner).',
      'Server "web-1": the API token, but Hetzner does not know it; make one in the project\'s Console, under Security, with read and write, and set it by pulumi config set --secret hcloud:token, or as HCLOUD_TOKEN (npx sextant docs checks#hetzner).',
    ],
  },
  values: {
    title: "Networks, ports, host names, paths, durations, sizes",
    effect: "refused",
    why: "A network is an address and a prefix length without host bits, a port is from 1 to 65535, a host name has no scheme and no port, a path starts with a slash, a duration has a unit (`ms`, `s`, `m`, `h`), a size too (`k`, `m`, `g`).",
    says: [
      'App "shop": route.port is 0, but a port is a whole number from 1 to 65535; give the port that is meant, such as 3000 (npx sextant docs checks#values).',
    ],
  },
} as const satisfies Record<string, CheckPage>;

/** The name of a check: its anchor on the page. */
export type CheckName = keyof typeof pages;

/** All checks that have an entry, in the page's order. */
export const checkPages: Readonly<Record<CheckName, CheckPage>> = pages;
