/** Bad arguments of every component, each with the whole sentence that a user sees. */
import {
  ExistingProxy,
  ExistingServer,
  Firewall,
  Network,
  Registry,
  http,
  https,
  letsEncrypt,
  ownCertificate,
  ssh,
  tcp,
  type Rule,
} from "../../../../components";
import { pairFor } from "../certificates";
import { privateKeyText } from "../private-key";
import { context, type World } from "./world";

const lockedKey = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIE\n-----END ENCRYPTED PRIVATE KEY-----\n";
const own = pairFor("a.test");

/** What is wrong, the program that makes it, and what is said. */
export const refusals: [title: string, make: (w: World) => unknown, sentence: string][] = [
  [
    "app: image with a tag",
    (w) => w.app({ image: "r.test/shop:v1" }),
    'App "shop": image is "r.test/shop:v1", but the release is given apart, so that it can be seen in a diff; move the tag or digest to version.',
  ],
  [
    "app: a role's image with a tag",
    (w) =>
      w.app({
        roles: { web: { servers: [w.host] }, job: { servers: [w.host], image: "r.test/jobs:v1" } },
      }),
    'App "shop": roles.job.image is "r.test/jobs:v1", but the release is given apart, so that it can be seen in a diff; move the tag or digest to version.',
  ],
  [
    "app: a role's version that moves",
    (w) => w.app({ roles: { web: { servers: [w.host] }, job: { servers: [w.host], version: "latest" } } }),
    'App "shop": roles.job.version is "latest", but a tag that moves gives no release to go back to; use a tag of its own for each build, such as the commit\'s hash (npx sextant docs checks#mutable-tag).',
  ],
  [
    "app: an image that no role has",
    (w) => w.app({ roles: { web: { servers: [w.host], image: "r.test/web" } } }),
    'App "shop": image is "registry.test/shop", but each role has an image of its own, so that nothing would run it; give the app the image of web, and leave roles.web.image out.',
  ],
  [
    "app: canary without a route",
    (w) =>
      w.app({
        roles: {
          web: { servers: [w.host] },
          job: { servers: [w.host], canary: { version: "v3", percent: 5 } },
        },
      }),
    'App "shop": roles.job.canary is for a role with a route, whose visitors it gets a part of, and this one has none; give the role a route, or run the other version as a role of its own.',
  ],
  [
    "app: canary for nobody",
    (w) => w.app({ roles: { web: { servers: [w.host], canary: { version: "v3" } } } }),
    'App "shop": roles.web.canary is for nobody; say percent, such as 10, or visitors.',
  ],
  [
    "app: canary for more than all",
    (w) => w.app({ roles: { web: { servers: [w.host], canary: { percent: 101 } } } }),
    'App "shop": roles.web.canary.percent is 101, but it is a whole number from 0 to 100; choose one of these.',
  ],
  [
    "app: canary for no cookie's value",
    (w) => w.app({ roles: { web: { servers: [w.host], canary: { visitors: ["team", "a,b"] } } } }),
    'App "shop": roles.web.canary.visitors is "a,b", but the value of a cookie is 1 to 128 letters, digits and signs, without blanks, quotes, commas, semicolons and backslashes; write the value that the app gives its cookie kamal-rollout.',
  ],
  [
    "app: canary for too many by name",
    (w) =>
      w.app({
        roles: {
          web: { servers: [w.host], canary: { visitors: Array.from({ length: 1001 }, (_, at) => `v${at}`) } },
        },
      }),
    'App "shop": roles.web.canary.visitors is 1001, but a canary names 1000 visitors at most; have the app give all of them one value.',
  ],
  [
    "app: canary with a role of its name",
    (w) =>
      w.app({
        roles: { web: { servers: [w.host], canary: { percent: 5 } }, "web-canary": { servers: [w.host] } },
      }),
    'App "shop": roles.web-canary has the name of the canary of web; rename the role.',
  ],
  [
    "app: canary with a secret that is its role's variable",
    (w) =>
      w.app({
        env: { TOKEN: "a" },
        roles: { web: { servers: [w.host], canary: { percent: 5, secrets: { TOKEN: "b" } } } },
      }),
    'App "shop": roles.web.canary.secrets.TOKEN is in the env of its role, too, and one of the two would be lost; rename one of them (npx sextant docs checks#env-and-secret).',
  ],
  [
    "app: canary of no release",
    (w) => w.app({ roles: { web: { servers: [w.host], canary: { version: "latest", percent: 5 } } } }),
    'App "shop": roles.web.canary.version is "latest", but a tag that moves gives no release to go back to; use a tag of its own for each build, such as the commit\'s hash (npx sextant docs checks#mutable-tag).',
  ],
  [
    "app: reads for a role that is not there",
    (w) => w.app({ roles: { web: { servers: [w.host] }, reader: { servers: [w.host], reads: "wbe" } } }),
    'App "shop": roles.reader.reads is "wbe", but it is the name of another role, which has a route; name one of web.',
  ],
  [
    "app: reads on another host",
    (w) => w.app({ roles: { web: { servers: [w.host] }, reader: { servers: w.hosts, reads: "web" } } }),
    'App "shop": roles.reader.servers is "web-2", but the proxy of a host sends the reads of web to containers of that host, and web does not run there; take it out, or add it to the servers of web.',
  ],
  [
    "app: reads with a route",
    (w) =>
      w.app({
        roles: {
          web: { servers: [w.host] },
          reader: { servers: [w.host], reads: "web", route: { hosts: ["b.test"] } },
        },
      }),
    'App "shop": roles.reader.route is that of a role which gets the reads of web, and has the requests of that one\'s route alone; leave one of the two out.',
  ],
  [
    "app: reads with a check of its own",
    (w) =>
      w.app({
        roles: { web: { servers: [w.host] }, reader: { servers: [w.host], reads: "web", ready: ["true"] } },
      }),
    'App "shop": roles.reader.ready is that of a role which gets the reads of web, and is ready when the health path of that role\'s route answers; leave one of the two out.',
  ],
  [
    "app: a route for readers that are not there",
    (w) => w.app({ route: { hosts: ["shop.test"], readers: { websockets: true } } }),
    'App "shop": route.readers is about roles that read for web, and there is none; give one: roles.reader with reads: "web".',
  ],
  [
    "app: image with a digest",
    (w) => w.app({ image: "r.test/shop@sha256:0" }),
    'App "shop": image is "r.test/shop@sha256:0", but the release is given apart, so that it can be seen in a diff; move the tag or digest to version.',
  ],
  [
    "app: image in upper case",
    (w) => w.app({ image: "r.test/Shop" }),
    'App "shop": image is "r.test/Shop", but a repository is a lower-case path without scheme; write it like "registry.example.com/shop".',
  ],
  [
    "app: image with a scheme",
    (w) => w.app({ image: "https://r.test/shop" }),
    'App "shop": image is "https://r.test/shop", but a repository is a lower-case path without scheme; write it like "registry.example.com/shop".',
  ],
  [
    "app: no image",
    (w) => w.app({ image: "" }),
    'App "shop": image is "", but it must not be empty; name the image\'s repository.',
  ],
  [
    "app: latest",
    (w) => w.app({ version: "latest" }),
    'App "shop": version is "latest", but a tag that moves gives no release to go back to; use a tag of its own for each build, such as the commit\'s hash (npx sextant docs checks#mutable-tag).',
  ],
  [
    "app: a branch as version",
    (w) => w.app({ version: "main" }),
    'App "shop": version is "main", but a tag that moves gives no release to go back to; use a tag of its own for each build, such as the commit\'s hash (npx sextant docs checks#mutable-tag).',
  ],
  [
    "app: version with a blank",
    (w) => w.app({ version: "v 1" }),
    'App "shop": version is "v 1", but it is no tag and no digest; write it like "v42" or "sha256:...".',
  ],
  [
    "app: a digest that is cut",
    (w) => w.app({ version: "sha256:abc" }),
    'App "shop": version is "sha256:abc", but it is no tag and no digest; write it like "v42" or "sha256:...".',
  ],
  [
    "app: version that is not set",
    (w) => w.app({ version: undefined }),
    'App "shop": version has no value; set it, for example with pulumi config set version v1.',
  ],
  [
    "app: name in upper case",
    (w) => w.app({}, "Shop"),
    'App "Shop": name is "Shop", but such a name has up to 40 lower-case letters, digits and inner hyphens and starts with a letter; write it like "web".',
  ],
  [
    "app: a server that is gone",
    (w) => w.app({ roles: { web: { servers: [w.host, w.gone] } } }),
    'App "shop": roles.web.servers[1] is "web-2", but that server is gone, so that nothing can be put on it; take it out here, or take gone out there once it is back (npx sextant docs checks#gone).',
  ],
  [
    "proxy: a server that is gone",
    (w) => w.proxy({ servers: [w.gone] }),
    'Proxy "proxy": servers[0] is "web-2", but that server is gone, so that nothing can be put on it; take it out here, or take gone out there once it is back (npx sextant docs checks#gone).',
  ],
  [
    "postgres: a server that is gone",
    (w) => w.postgres({ server: w.gone }),
    'Postgres "db": server is "web-2", but that server is gone, so that nothing can be put on it; take it out here, or take gone out there once it is back (npx sextant docs checks#gone).',
  ],
  [
    "app: no roles",
    (w) => w.app({ roles: {} }),
    'App "shop": roles is {}, but it must not be empty; give at least one role with its servers.',
  ],
  [
    "app: role in upper case",
    (w) => w.app({ roles: { Web: { servers: [w.host] } } }),
    'App "shop": roles.Web is "Web", but such a name has up to 20 lower-case letters, digits and inner hyphens and starts with a letter; write it like "web".',
  ],
  [
    "app: role without servers",
    (w) => w.app({ roles: { web: { servers: [] } } }),
    'App "shop": roles.web.servers is [], but it must not be empty; give at least one server, or remove the role.',
  ],
  [
    "app: server named twice",
    (w) => w.app({ roles: { web: { servers: [w.host, w.host] } } }),
    'App "shop": roles.web.servers is "web-1", but a role runs once on a host; name each host once.',
  ],
  [
    "app: port 0",
    (w) => w.app({ route: { port: 0 } }),
    'App "shop": route.port is 0, but a port is a whole number from 1 to 65535; give the port that is meant, such as 3000 (npx sextant docs checks#values).',
  ],
  [
    "app: port 70000",
    (w) => w.app({ route: { port: 70000 } }),
    'App "shop": route.port is 70000, but a port is a whole number from 1 to 65535; give the port that is meant, such as 3000 (npx sextant docs checks#values).',
  ],
  [
    "app: port with a fraction",
    (w) => w.app({ route: { port: 3.5 } }),
    'App "shop": route.port is 3.5, but a port is a whole number from 1 to 65535; give the port that is meant, such as 3000 (npx sextant docs checks#values).',
  ],
  [
    "app: port as a string",
    (w) => w.app({ route: { port: "3000" as unknown as number } }),
    'App "shop": route.port is "3000", but a port is a whole number from 1 to 65535; give the port that is meant, such as 3000 (npx sextant docs checks#values).',
  ],
  [
    "app: host with a scheme",
    (w) => w.app({ route: { hosts: ["https://a.test"] } }),
    'App "shop": route.hosts is "https://a.test", but a host is a bare DNS name without scheme, port or path; write it like "shop.example.com" (npx sextant docs checks#values).',
  ],
  [
    "app: host with a port",
    (w) => w.app({ route: { hosts: ["a.test:80"] } }),
    'App "shop": route.hosts is "a.test:80", but a host is a bare DNS name without scheme, port or path; write it like "shop.example.com" (npx sextant docs checks#values).',
  ],
  [
    "app: host with a path",
    (w) => w.app({ route: { hosts: ["a.test/shop"] } }),
    'App "shop": route.hosts is "a.test/shop", but a host is a bare DNS name without scheme, port or path; write it like "shop.example.com" (npx sextant docs checks#values).',
  ],
  [
    "app: inner wildcard",
    (w) => w.app({ route: { hosts: ["a.*.test"] } }),
    'App "shop": route.hosts is "a.*.test", but a host is a bare DNS name without scheme, port or path; write it like "shop.example.com" (npx sextant docs checks#values).',
  ],
  [
    "app: host with an underscore",
    (w) => w.app({ route: { hosts: ["my_shop.test"] } }),
    'App "shop": route.hosts is "my_shop.test", but a host is a bare DNS name without scheme, port or path; write it like "shop.example.com" (npx sextant docs checks#values).',
  ],
  [
    "app: canonical host",
    (w) => w.app({ route: { hosts: ["a.test"], canonicalHost: "http://a.test" } }),
    'App "shop": route.canonicalHost is "http://a.test", but a host is a bare DNS name without scheme, port or path; write it like "shop.example.com" (npx sextant docs checks#values).',
  ],
  [
    "app: path without a slash",
    (w) => w.app({ route: { paths: ["api"] } }),
    'App "shop": route.paths is "api", but a path starts with / and has no query or blanks; write it like "/up" (npx sextant docs checks#values).',
  ],
  [
    "app: health path with a query",
    (w) => w.app({ route: { health: { path: "/up?x=1" } } }),
    'App "shop": route.health.path is "/up?x=1", but a path starts with / and has no query or blanks; write it like "/up" (npx sextant docs checks#values).',
  ],
  [
    "app: health host",
    (w) => w.app({ route: { health: { host: "a b" } } }),
    'App "shop": route.health.host is "a b", but a host is a bare DNS name without scheme, port or path; write it like "shop.example.com" (npx sextant docs checks#values).',
  ],
  [
    "app: health port",
    (w) => w.app({ route: { health: { port: -1 } } }),
    'App "shop": route.health.port is -1, but a port is a whole number from 1 to 65535; give the port that is meant, such as 3000 (npx sextant docs checks#values).',
  ],
  [
    "app: health timeout",
    (w) => w.app({ readyTimeout: "1h", route: { health: { timeout: "1h" } } }),
    'App "shop": route.health.timeout is "1h", but it has to be from 100ms to 300s; choose a duration in that range (npx sextant docs checks#values).',
  ],
  [
    "app: health timeout over readyTimeout",
    (w) => w.app({ route: { health: { timeout: "90s" } } }),
    'App "shop": route.health.timeout is "90s", but one answer may then take longer than the whole readyTimeout of 60s; lower it, or raise readyTimeout (npx sextant docs checks#timeouts).',
  ],
  [
    "app: drain timeout",
    (w) => w.app({ route: { drainTimeout: "2h" } }),
    'App "shop": route.drainTimeout is "2h", but it has to be from 0s to 1h; choose a duration in that range (npx sextant docs checks#values).',
  ],
  [
    "app: buffer size",
    (w) => w.app({ route: { buffer: { maxRequestBody: "10MB" as "10m" } } }),
    'App "shop": route.buffer.maxRequestBody is "10MB", but a size is a number with k, m or g; write it like "512m" (npx sextant docs checks#values).',
  ],
  [
    "app: duration without a unit",
    (w) => w.app({ stopTimeout: "30" as "30s" }),
    'App "shop": stopTimeout is "30", but a duration is a number with ms, s, m or h; write it like "30s" (npx sextant docs checks#values).',
  ],
  [
    "app: negative duration",
    (w) => w.app({ readyTimeout: "-5s" }),
    'App "shop": readyTimeout is "-5s", but a duration is a number with ms, s, m or h; write it like "30s" (npx sextant docs checks#values).',
  ],
  [
    "app: release timeout",
    (w) => w.app({ releaseTimeout: "0s" }),
    'App "shop": releaseTimeout is "0s", but it has to be from 1s to 24h; choose a duration in that range (npx sextant docs checks#values).',
  ],
  [
    "app: an empty hook",
    (w) => w.app({ hooks: { afterRelease: " " } }),
    'App "shop": hooks.afterRelease is "", but it must not be empty; give a line for a shell, such as bin/notify.',
  ],
  [
    "app: an empty hook after a failure",
    (w) => w.app({ hooks: { afterFailure: " " } }),
    'App "shop": hooks.afterFailure is "", but it must not be empty; give a line for a shell, such as bin/notify.',
  ],
  [
    "app: hook of a batch",
    (w) => w.app({ hooks: { beforeBatch: "" } }),
    'App "shop": hooks.beforeBatch is "", but it must not be empty; give a line for a shell, such as bin/notify.',
  ],
  [
    "app: error pages that are nowhere",
    (w) => w.app({ errorPages: "nowhere" }),
    `App "shop": errorPages is "nowhere", but ${process.cwd()} has no such directory; name one from where the program runs, such as public.`,
  ],
  [
    "app: assets at no path of the image",
    (w) => w.app({ assetPath: "public/assets" }),
    'App "shop": assetPath is "public/assets", but it has to be an absolute path without blanks or colons; write it like "/data".',
  ],
  [
    "app: assets in place of the whole image",
    (w) => w.app({ assetPath: "//" }),
    'App "shop": assetPath is "//", but it would hide all of the image; name the directory of the built assets, such as "/rails/public/assets".',
  ],
  [
    "app: assets of a worker",
    (w) => w.app({ roles: { web: { servers: [w.host] }, job: { servers: [w.host], assetPath: "/public" } } }),
    'App "shop": roles.job.assetPath is for roles with a route, and this one has none; remove it.',
  ],
  [
    "app: assets without a route",
    (w) => w.app({ route: undefined, assetPath: "/public" }),
    'App "shop": assetPath is for roles with a route, and there is none; remove it, or give a route.',
  ],
  [
    "app: assets at the path of a volume",
    (w) => w.app({ assetPath: "/public/", volumes: { pub: "/public" } }),
    'App "shop": volumes.pub is "/public", but the assets are mounted there by assetPath; remove one of them.',
  ],
  [
    "app: a wait between batches that is none",
    (w) => w.app({ rollout: { batch: 1, wait: "10" as "10s" } }),
    'App "shop": rollout.wait is "10", but a duration is a number with ms, s, m or h; write it like "30s" (npx sextant docs checks#values).',
  ],
  [
    "app: a wait without batches",
    (w) => w.app({ rollout: { wait: "10s" } }),
    'App "shop": rollout.wait is between batches, and without rollout.batch all hosts are one; say how many hosts a batch has, such as batch: 1, or remove it.',
  ],
  [
    "app: interval of a health check",
    (w) => w.app({ route: { hosts: ["a.test"], health: { interval: "1ms" } } }),
    'App "shop": route.health.interval is "1ms", but it has to be from 100ms to 60s; choose a duration in that range (npx sextant docs checks#values).',
  ],
  [
    "app: a command of sextant's own",
    (w) => w.app({ commands: { logs: ["bin/logs"] } }),
    'App "shop": commands.logs is never run: npx sextant logs is a command of its own; give it another name.',
  ],
  [
    "app: a command without a name",
    (w) => w.app({ commands: { "my console": ["bin/rails", "console"] } }),
    'App "shop": commands.my console is no name: a name has lower-case letters, digits and dashes, and begins with a letter; name it like "console".',
  ],
  [
    "app: a command without words",
    (w) => w.app({ commands: { queues: [] } }),
    'App "shop": commands.queues is [], but it must not be empty; give the command as a list of words.',
  ],
  [
    "app: time for the image",
    (w) => w.app({ inspectImage: "2h" }),
    'App "shop": inspectImage is "2h", but it has to be from 100ms to 60s; choose a duration in that range (npx sextant docs checks#values).',
  ],
  [
    "app: worker that is ready too late",
    (w) =>
      w.app({
        readyTimeout: "10s",
        roles: { web: { servers: [w.host] }, job: { servers: [w.host], readyDelay: "10s" } },
      }),
    'App "shop": roles.job.readyDelay is "10s", but it is not over within the readyTimeout of 10s, so no container would become ready; lower it, or raise readyTimeout (npx sextant docs checks#timeouts).',
  ],
  [
    "app: schedule",
    (w) => w.app({ roles: { web: { servers: [w.host] }, job: { servers: [w.host], schedule: "0 3 * *" } } }),
    'App "shop": roles.job.schedule is "0 3 * *", but it has five fields: minute, hour, day of the month, month, day of the week; write it like "15 3 * * *", each day at 3:15.',
  ],
  [
    "app: hour of a schedule",
    (w) =>
      w.app({
        roles: { web: { servers: [w.host] }, job: { servers: [w.host], schedule: { cron: "0 24 * * *" } } },
      }),
    'App "shop": roles.job.schedule.cron is "0 24 * * *", but the hour is from 0 to 23, as a number, a list, a range, or a range or star with a step, and not 24; write it like 5, 0,30, 1-5 or */15.',
  ],
  [
    "app: time zone of a schedule",
    (w) =>
      w.app({
        roles: {
          web: { servers: [w.host] },
          job: { servers: [w.host], schedule: { cron: "0 3 * * *", timeZone: "Berlin" } },
        },
      }),
    'App "shop": roles.job.schedule.timeZone is "Berlin", but no time zone has that name; name a place, such as "Europe/Berlin", or "UTC".',
  ],
  [
    "app: schedule of a role with a route",
    (w) => w.app({ roles: { web: { servers: [w.host], schedule: "0 3 * * *" } } }),
    'App "shop": roles.web.schedule is that of a role with a route, and what answers requests runs all the time; give the schedule to a role without a route; the app\'s own route is that of its first role.',
  ],
  [
    "app: replicas of a role with a schedule",
    (w) =>
      w.app({
        roles: {
          web: { servers: [w.host] },
          job: { servers: [w.host], schedule: "0 3 * * *", replicas: 2 },
        },
      }),
    'App "shop": roles.job.replicas is for a role that runs all the time, and this one has a schedule; leave one of the two out.',
  ],
  [
    "app: readiness of a role with a schedule",
    (w) =>
      w.app({
        roles: {
          web: { servers: [w.host] },
          job: { servers: [w.host], schedule: "0 3 * * *", ready: ["true"] },
        },
      }),
    'App "shop": roles.job.ready is for a role that runs all the time, and this one has a schedule; leave one of the two out.',
  ],
  [
    "app: ready delay",
    (w) => w.app({ readyTimeout: "59m", roles: { web: { servers: [w.host], readyDelay: "1h" } } }),
    'App "shop": roles.web.readyDelay is "1h", but it has to be from 0s to 600s; choose a duration in that range (npx sextant docs checks#values).',
  ],
  [
    "app: TLS without hosts",
    (w) => w.app({ route: { tls: letsEncrypt() } }),
    'App "shop": route.tls needs named hosts, and the route has none; give hosts.',
  ],
  [
    "app: wildcard and Let's Encrypt",
    (w) => w.app({ route: { hosts: ["*.a.test"], tls: letsEncrypt() } }),
    'App "shop": route.hosts is "*.a.test", but Let\'s Encrypt gives no wildcard over HTTP; name the hosts one by one, or bring a certificate with ownCertificate() (npx sextant docs checks#lets-encrypt).',
  ],
  [
    "app: certificate that is not PEM",
    (w) => w.app({ route: { hosts: ["a.test"], tls: ownCertificate("x", "y") } }),
    'App "shop": route.tls has a certificate that is not PEM; give the text that starts with -----BEGIN CERTIFICATE-----, the certificate of the host first and then those above it (npx sextant docs checks#certificate).',
  ],
  [
    "app: a certificate for another host",
    (w) => w.app({ route: { hosts: ["b.test"], tls: ownCertificate(own.certificate, own.key) } }),
    'App "shop": route.hosts is "b.test", but the certificate is for a.test; bring one that has the host among its names, or take the host out (npx sextant docs checks#certificate).',
  ],
  [
    "app: the key of another certificate",
    (w) =>
      w.app({ route: { hosts: ["a.test"], tls: ownCertificate(own.certificate, pairFor("b.test").key) } }),
    'App "shop": route.tls has the private key of another certificate; give both of one pair (npx sextant docs checks#certificate).',
  ],
  [
    "app: TLS behind nginx",
    (w) => w.app({ proxy: w.proxy({ behind: "nginx" }), route: { hosts: ["a.test"], tls: letsEncrypt() } }),
    'App "shop": route.tls is "letsEncrypt", but the Proxy is behind nginx, which ends TLS, and TLS has one end; take tls out of the route, or behind out of the Proxy (npx sextant docs checks#behind).',
  ],
  [
    "app: a front that is not believed",
    (w) => w.app({ proxy: w.proxy({ behind: "cdn" }), route: { hosts: ["a.test"], forwardHeaders: false } }),
    'App "shop": route.forwardHeaders is false, but the Proxy is behind a CDN, and the app would take it for every client, and HTTP for the scheme; leave it out (npx sextant docs checks#behind).',
  ],
  [
    "app: a redirect to HTTPS behind a load balancer",
    (w) =>
      w.app({
        proxy: w.proxy({ behind: "loadBalancer" }),
        route: { hosts: ["a.test"], redirectToHttps: true },
      }),
    'App "shop": route.redirectToHttps is true, but the Proxy is behind a load balancer, and all requests come to it by HTTP; leave it out, and redirect in front (npx sextant docs checks#behind).',
  ],
  [
    "app: a canonical host behind nginx",
    (w) =>
      w.app({
        proxy: w.proxy({ behind: "nginx" }),
        route: { hosts: ["a.test"], canonicalHost: "a.test" },
      }),
    'App "shop": route.canonicalHost is "a.test", but the Proxy is behind nginx, and would redirect to http://; leave it out, and redirect in front (npx sextant docs checks#behind).',
  ],
  [
    "proxy: HTTP/3 behind nginx",
    (w) => w.proxy({ behind: "nginx", http3: true }),
    'Proxy "proxy": http3 is true, but the proxy is behind nginx, which ends TLS; leave it out, or leave behind out (npx sextant docs checks#behind).',
  ],
  [
    "proxy: an HTTPS port behind a CDN",
    (w) => w.proxy({ behind: "cdn", httpsPort: 8443 }),
    'Proxy "proxy": httpsPort is 8443, but the proxy is behind a CDN, which ends TLS; leave it out, or leave behind out (npx sextant docs checks#behind).',
  ],
  [
    "proxy: behind something else",
    (w) => w.proxy({ behind: "traefik" as "nginx" }),
    'Proxy "proxy": behind is "traefik", but it is one of nginx, cdn, loadBalancer; choose one of these.',
  ],
  [
    "existing proxy: no owner's name",
    (w) => w.existingProxy({ owner: "platform" }),
    'ExistingProxy "proxy": owner is "platform", but an owner is project, stack and name of a Proxy; write it like "platform/production/proxy" (npx sextant docs checks#values).',
  ],
  [
    "existing proxy: no servers",
    (w) => w.existingProxy({ servers: [] }),
    'ExistingProxy "proxy": servers is [], but it must not be empty; give at least one server.',
  ],
  [
    "existing proxy: a host that this program gives a proxy",
    (w) => [w.proxy({}), w.existingProxy({ httpsPort: 8443 })],
    'ExistingProxy "proxy": httpPort is 80, but Proxy "proxy" has tcp port 80 of web-1; give both their hosts by one Proxy (npx sextant docs checks#same-port).',
  ],
  [
    "existing proxy: TLS behind nginx",
    (w) =>
      w.app({
        proxy: w.existingProxy({ behind: "nginx" }),
        route: { hosts: ["a.test"], tls: letsEncrypt() },
      }),
    'App "shop": route.tls is "letsEncrypt", but the Proxy is behind nginx, which ends TLS, and TLS has one end; take tls out of the route, or behind out of the Proxy (npx sextant docs checks#behind).',
  ],
  [
    "proxy: a load balancer that is not let in",
    (w) => w.proxy({ servers: [w.behind([https])], behind: "loadBalancer" }),
    'Proxy "proxy": servers is "web-1", but its firewalls let nobody in on tcp port 80, where a load balancer comes; add http.from(...) to the firewall (npx sextant docs checks#firewall-shut).',
  ],
  [
    "accessory: a port of the nginx in front",
    (w) => [w.proxy({ behind: "nginx" }), w.accessory({ publish: "loopback", hostPort: 443 })],
    'Accessory "search": hostPort is 443, but nginx of Proxy "proxy" has tcp port 443 of web-1; choose another port (npx sextant docs checks#same-port).',
  ],
  [
    "app: a host in upper case",
    (w) => w.app({ route: { hosts: ["Shop.Test"] } }),
    'App "shop": route.hosts is "Shop.Test", but browsers ask for it in lower case, and the proxy would not know it; write it like "shop.test" (npx sextant docs checks#route-hosts).',
  ],
  [
    "app: a canonical host that is none of the hosts",
    (w) => w.app({ route: { hosts: ["shop.test"], canonicalHost: "www.shop.test" } }),
    'App "shop": route.canonicalHost is "www.shop.test", but it is none of the route\'s hosts, shop.test; add it to hosts (npx sextant docs checks#route-hosts).',
  ],
  [
    "app: TLS below the root",
    (w) => w.app({ route: { hosts: ["a.test"], paths: ["/api"], tls: letsEncrypt() } }),
    'App "shop": route.tls is on the wrong route: the proxy takes TLS from the route of a host\'s root path; put tls on the route with the path /, and leave it out here.',
  ],
  [
    "app: Let's Encrypt on two hosts",
    (w) => w.app({ route: { hosts: ["a.test"], tls: letsEncrypt() }, roles: { web: { servers: w.hosts } } }),
    'App "shop": route.tls is "letsEncrypt", but web-1 and web-2 would each answer for the other\'s challenge; bring a certificate with ownCertificate(), or end TLS at a load balancer and leave tls out (npx sextant docs checks#lets-encrypt).',
  ],
  [
    "app: HTTPS shut at the firewall",
    (w) => w.appOn(w.behind([http]), { hosts: ["a.test"], tls: ownCertificate(own.certificate, own.key) }),
    'App "shop": route.tls is "certificate", but the firewalls of web-1 let nobody in on tcp port 443; add https to the firewall (npx sextant docs checks#firewall-shut).',
  ],
  [
    "app: HTTP shut at the firewall",
    (w) => w.appOn(w.behind([https]), { hosts: ["a.test"] }),
    'App "shop": route needs tcp port 80, and the firewalls of web-1 let nobody in there; add http to the firewall (npx sextant docs checks#firewall-shut).',
  ],
  [
    "app: Let's Encrypt shut out",
    (w) =>
      w.appOn(w.behind([http.from("10.0.0.0/8"), https.from("10.0.0.0/8")]), {
        hosts: ["a.test"],
        tls: letsEncrypt(),
      }),
    'App "shop": route.tls is "letsEncrypt", but the firewalls of web-1 let Let\'s Encrypt in on neither port 80 nor 443; let everybody in with http or https, or bring a certificate with ownCertificate() (npx sextant docs checks#lets-encrypt).',
  ],
  [
    "app: memory below Docker's own",
    (w) => w.app({ resources: { memory: "1m" } }),
    'App "shop": resources.memory is "1m", but Docker takes no less than 6m; raise it (npx sextant docs checks#values).',
  ],
  [
    "app: memory without a unit",
    (w) => w.app({ resources: { memory: "512" as "512m" } }),
    'App "shop": resources.memory is "512", but a size is a number with k, m or g; write it like "512m" (npx sextant docs checks#values).',
  ],
  [
    "app: memory over the server's",
    (w) => w.app({ resources: { memory: "6g" } }),
    'App "shop": resources.memory is too high: the limits on web-1 come to 6144m, and it has 4096m; lower them, or take a larger server (npx sextant docs checks#memory).',
  ],
  [
    "app: no cores",
    (w) => w.app({ resources: { cpus: 0 } }),
    'App "shop": resources.cpus is 0, but cores are a number over 0; write it like 1.5.',
  ],
  [
    "app: name of a variable",
    (w) => w.app({ env: { "A-B": "x" } }),
    'App "shop": env.A-B is "A-B", but the name of a variable has letters, digits and underscores and does not start with a digit; rename it.',
  ],
  [
    "app: number as a variable",
    (w) => w.app({ env: { WORKERS: 1 as unknown as string } }),
    'App "shop": env.WORKERS is 1, but a variable is a string; write "1".',
  ],
  [
    "app: name in env and secrets",
    (w) => w.app({ env: { TOKEN: "x" }, secrets: { TOKEN: "y" } }),
    'App "shop": secrets.TOKEN is in env, too, and one of the two would be lost; remove it from env (npx sextant docs checks#env-and-secret).',
  ],
  [
    "app: name in env, and in a role's secrets",
    (w) => w.app({ env: { TOKEN: "x" }, roles: { web: { servers: [w.host], secrets: { TOKEN: "y" } } } }),
    'App "shop": roles.web.secrets.TOKEN is in the env of the app, too, and one of the two would be lost; rename one of them (npx sextant docs checks#env-and-secret).',
  ],
  [
    "app: name in secrets, and in a role's env",
    (w) => w.app({ secrets: { TOKEN: "x" }, roles: { web: { servers: [w.host], env: { TOKEN: "y" } } } }),
    'App "shop": roles.web.env.TOKEN is in the secrets of the app, too, and one of the two would be lost; rename one of them (npx sextant docs checks#env-and-secret).',
  ],
  [
    "app: empty secret",
    (w) => w.app({ secrets: { TOKEN: "" } }),
    'App "shop": secrets.TOKEN is empty; set it with pulumi config set --secret, or remove it (npx sextant docs checks#empty-secret).',
  ],
  [
    "app: blank secret",
    (w) => w.app({ secrets: { TOKEN: " " } }),
    'App "shop": secrets.TOKEN is empty; set it with pulumi config set --secret, or remove it (npx sextant docs checks#empty-secret).',
  ],
  [
    "app: secret that is not set",
    (w) => w.app({ secrets: { TOKEN: undefined as unknown as string } }),
    'App "shop": secrets.TOKEN has no value here; set it with pulumi config set --secret, or remove it (npx sextant docs checks#empty-secret).',
  ],
  [
    "app: volume that is mounted nowhere",
    (w) => w.app({ volumes: { data: "rails/storage" } }),
    'App "shop": volumes.data is "rails/storage", but it has to be an absolute path without blanks or colons; write it like "/data".',
  ],
  [
    "app: name of a volume",
    (w) => w.app({ volumes: { "My Data": "/data" } }),
    'App "shop": volumes.My Data is "My Data", but such a name has up to 40 lower-case letters, digits and inner hyphens and starts with a letter; write it like "web".',
  ],
  [
    "app: label of ours",
    (w) => w.app({ labels: { "sextant.app": "x" } }),
    'App "shop": labels.sextant.app has a name that starts with sextant., as those labels do which say whose a container is; choose another name.',
  ],
  [
    "app: restart",
    (w) => w.app({ restart: "sometimes" as "no" }),
    'App "shop": restart is "sometimes", but it is one of no, on-failure, always, unless-stopped; choose one of these.',
  ],
  [
    "app: empty release",
    (w) => w.app({ release: [] }),
    'App "shop": release is [], but it must not be empty; give the command as a list of words.',
  ],
  [
    "app: empty command",
    (w) => w.app({ roles: { web: { servers: [w.host], command: [] } } }),
    'App "shop": roles.web.command is [], but it must not be empty; leave it out for the image\'s own.',
  ],
  [
    "app: no host in a batch",
    (w) => w.app({ rollout: { batch: 0 } }),
    'App "shop": rollout.batch is 0, but it is a whole number from 1 to 1000; choose one of these.',
  ],
  [
    "app: more than all in a batch",
    (w) => w.app({ rollout: { batch: "120%" } }),
    'App "shop": rollout.batch is "120%", but a batch is a number of hosts or a share from over 0% to 100%; write it like 2 or "25%".',
  ],
  [
    "app: no image kept",
    (w) => w.app({ retainImages: 0 }),
    'App "shop": retainImages is 0, but it is a whole number from 1 to 100; choose one of these.',
  ],
  [
    "app: route without a proxy",
    (w) => w.app({ proxy: undefined }),
    'App "shop": proxy is missing, and role web has a route; give the Proxy of its servers.',
  ],
  [
    "app: host without a proxy",
    (w) => w.app({ proxy: w.proxy({}), roles: { web: { servers: w.hosts } } }),
    'App "shop": roles.web.servers is "web-2", but it has a route and the proxy does not run on that host; add the host to the servers of the Proxy.',
  ],
  [
    "app: stop-first with a route",
    (w) => w.app({ roles: { web: { servers: [w.host], strategy: "stop-first" } } }),
    'App "shop": roles.web.strategy is "stop-first", but a role with a route would lose requests between the two containers; leave strategy out, or the route.',
  ],
  [
    "app: strategy",
    (w) =>
      w.app({
        roles: { web: { servers: [w.host] }, job: { servers: [w.host], strategy: "x" as "stop-first" } },
      }),
    'App "shop": roles.job.strategy is "x", but it is one of start-first, stop-first; choose one of these.',
  ],
  [
    "app: no replica",
    (w) => w.app({ roles: { web: { servers: [w.host], replicas: 0 } } }),
    'App "shop": roles.web.replicas is 0, but it is a whole number from 1 to 50; choose one of these.',
  ],
  [
    "app: more replicas than make sense",
    (w) => w.app({ roles: { web: { servers: [w.host], replicas: 51 } } }),
    'App "shop": roles.web.replicas is 51, but it is a whole number from 1 to 50; choose one of these.',
  ],
  [
    "app: a part of a replica",
    (w) => w.app({ roles: { web: { servers: [w.host], replicas: 1.5 } } }),
    'App "shop": roles.web.replicas is 1.5, but it is a whole number from 1 to 50; choose one of these.',
  ],
  [
    "app: replicas of what must not run twice",
    (w) =>
      w.app({
        roles: {
          web: { servers: [w.host] },
          job: { servers: [w.host], replicas: 2, strategy: "stop-first" },
        },
      }),
    'App "shop": roles.job.replicas is 2, but strategy: "stop-first" is for what must not run twice, and these would run at once; leave replicas out, or strategy.',
  ],
  [
    "app: replicas on one port of the host",
    (w) =>
      w.app({
        roles: { web: { servers: [w.host], replicas: 2 } },
        transform: { container: { ports: [{ internal: 9394, external: 9394 }] } },
      }),
    'App "shop": roles.web.replicas is 2, but transform.container gives each of them the same port of the host, which one container of a host can have; take the port out of it, or leave replicas out.',
  ],
  [
    "app: replicas on one port of the host, in Docker's own words",
    (w) =>
      w.app({
        roles: { web: { servers: [w.host], replicas: 2 } },
        transform: {
          container: { body: { HostConfig: { PortBindings: { "9394/tcp": [{ HostPort: "9394" }] } } } },
        },
      }),
    'App "shop": roles.web.replicas is 2, but transform.container gives each of them the same port of the host, which one container of a host can have; take the port out of it, or leave replicas out.',
  ],
  [
    "app: replicas of one name",
    (w) =>
      w.app({
        roles: { web: { servers: [w.host], replicas: 2 } },
        transform: { container: { name: "shop" } },
      }),
    'App "shop": roles.web.replicas is 2, but transform.container gives each of them the same name, which one container of a host can have; take name out of it, or leave replicas out.',
  ],
  [
    "app: memory of all replicas over the server's",
    (w) => w.app({ resources: { memory: "2g" }, roles: { web: { servers: [w.host], replicas: 3 } } }),
    'App "shop": resources.memory is too high: the limits on web-1 come to 6144m, and it has 4096m; lower them, or take a larger server (npx sextant docs checks#memory).',
  ],
  [
    "app: ready with a route",
    (w) => w.app({ roles: { web: { servers: [w.host], ready: ["true"] } } }),
    'App "shop": roles.web.ready is for roles without a route; this one is ready when its health path answers; set route.health instead.',
  ],
  [
    "app: route said twice",
    (w) => w.app({ roles: { web: { servers: [w.host], route: { hosts: ["b.test"] } } } }),
    'App "shop": roles.web.route is one of two: the app\'s own route is that of its first role; keep one of them.',
  ],
  [
    "app: two of its routes alike",
    (w) =>
      w.app({
        roles: { web: { servers: [w.host] }, api: { servers: [w.host], route: { hosts: ["shop.test"] } } },
      }),
    'App "shop": roles.api.route is "shop.test/", but the route shop-web has the same host and path on web-1; give one of them another host or path (npx sextant docs checks#same-route).',
  ],
  [
    "app: host and path of another app",
    (w) => w.twoApps({}, { route: { hosts: ["shop.test"] } }, "blog"),
    'App "blog": roles.web.route is "shop.test/", but the route shop-web of App "shop" has the same host and path on web-1; give one of them another host or path (npx sextant docs checks#same-route).',
  ],
  [
    "app: the name of another app's route",
    (w) => w.twoApps({ roles: { "a-web": { servers: [w.host] } } }, {}, "shop-a"),
    'App "shop-a": roles.web is "web", but its route would be named shop-a-web on web-1, as that of App "shop" is; rename the role (npx sextant docs checks#same-route).',
  ],
  [
    "proxy: no servers",
    (w) => w.proxy({ servers: [] }),
    'Proxy "proxy": servers is [], but it must not be empty; give at least one server.',
  ],
  [
    "proxy: server named twice",
    (w) => w.proxy({ servers: [w.host, w.host] }),
    'Proxy "proxy": servers is "web-1", but a host has one proxy; name each host once.',
  ],
  [
    "proxy: latest",
    (w) => w.proxy({ image: "basecamp/kamal-proxy:latest" }),
    'Proxy "proxy": image is "basecamp/kamal-proxy:latest", but a tag that moves makes the same program give another proxy; name a release, such as :v0.9.2 (npx sextant docs checks#mutable-tag).',
  ],
  [
    "proxy: too old",
    (w) => w.proxy({ image: "basecamp/kamal-proxy:v0.8.7" }),
    'Proxy "proxy": image is "basecamp/kamal-proxy:v0.8.7", but routes use options that came with v0.9.2; take :v0.9.2 or a newer one.',
  ],
  [
    "proxy: one port for both",
    (w) => w.proxy({ httpPort: 8080, httpsPort: 8080 }),
    'Proxy "proxy": httpsPort is 8080, but HTTP and HTTPS cannot share a port; choose two ports.',
  ],
  [
    "proxy: a port that is none",
    (w) => w.proxy({ httpsPort: 0 }),
    'Proxy "proxy": httpsPort is 0, but a port is a whole number from 1 to 65535; give the port that is meant, such as 3000 (npx sextant docs checks#values).',
  ],
  [
    "proxy: sshd's port",
    (w) => w.proxy({ httpPort: 22 }),
    'Proxy "proxy": httpPort is 22, but sshd has tcp port 22 of web-1; choose another port (npx sextant docs checks#same-port).',
  ],
  [
    "proxy: name instead of an address",
    (w) => w.proxy({ publish: ["eth0"] }),
    'Proxy "proxy": publish is "eth0", but it is a list of addresses of the host; write it like "10.0.0.2" (npx sextant docs checks#values).',
  ],
  [
    "proxy: HTTP/3 unpublished",
    (w) => w.proxy({ publish: false, http3: true }),
    'Proxy "proxy": http3 is true, but HTTP/3 needs a published port and publish is false; leave http3 out, or publish.',
  ],
  [
    "proxy: log size",
    (w) => w.proxy({ logMaxSize: "10MB" as "10m" }),
    'Proxy "proxy": logMaxSize is "10MB", but a size is a number with k, m or g; write it like "512m" (npx sextant docs checks#values).',
  ],
  [
    "proxy: metrics port",
    (w) => w.proxy({ metricsPort: 99_999 }),
    'Proxy "proxy": metricsPort is 99999, but a port is a whole number from 1 to 65535; give the port that is meant, such as 3000 (npx sextant docs checks#values).',
  ],
  [
    "proxy: both ports shut at the firewall",
    (w) => w.proxy({ servers: [w.behind([])] }),
    'Proxy "proxy": servers is "web-1", but its firewalls let nobody in on tcp ports 80 and 443; add http and https to the firewall (npx sextant docs checks#firewall-shut).',
  ],
  [
    "proxy: HTTP/3 shut at the firewall",
    (w) => w.proxy({ servers: [w.behind([http, https])], http3: true }),
    'Proxy "proxy": http3 is true, but the firewalls of web-1 let nobody in on udp port 443; add http3 to the firewall (npx sextant docs checks#firewall-shut).',
  ],
  [
    "accessory: name",
    (w) => w.accessory({}, "Search_1"),
    'Accessory "Search_1": name is "Search_1", but such a name has up to 40 lower-case letters, digits and inner hyphens and starts with a letter; write it like "web".',
  ],
  [
    "accessory: image without a tag",
    (w) => w.accessory({ image: "getmeili/meilisearch" }),
    'Accessory "search": image is "getmeili/meilisearch", but without a tag of its own, a pull can bring another release of your data\'s server; add the version as its tag (npx sextant docs checks#mutable-tag).',
  ],
  [
    "accessory: latest",
    (w) => w.accessory({ image: "getmeili/meilisearch:latest" }),
    'Accessory "search": image is "getmeili/meilisearch:latest", but without a tag of its own, a pull can bring another release of your data\'s server; add the version as its tag (npx sextant docs checks#mutable-tag).',
  ],
  [
    "accessory: no image",
    (w) => w.accessory({ image: "" }),
    'Accessory "search": image is "", but it must not be empty; name an image with its tag.',
  ],
  [
    "accessory: public without a reason",
    (w) => w.accessory({ publish: { public: true, reason: "" } }),
    'Accessory "search": publish.reason is "", but it must not be empty; say why the whole internet may reach it (npx sextant docs checks#public-port).',
  ],
  [
    "accessory: public as a word",
    (w) => w.accessory({ publish: "public" as "private" }),
    'Accessory "search": publish is "public", but it is one of loopback, private; choose one of these, or { public: true, reason: "..." } for everybody (npx sextant docs checks#public-port).',
  ],
  [
    "accessory: what plain JavaScript might take for yes",
    (w) => w.accessory({ publish: true as unknown as "private" }),
    'Accessory "search": publish is true, but it is one of loopback, private; choose one of these, or { public: true, reason: "..." } for everybody (npx sextant docs checks#public-port).',
  ],
  [
    "accessory: public and shut at the firewall",
    (w) => w.accessory({ server: w.behind([http]), publish: { public: true, reason: "demo" } }),
    'Accessory "search": publish is {"public":true,"reason":"demo"}, but the firewalls of web-1 let nobody in on tcp port 7700; add tcp(7700).from(...) to the firewall, or publish it to "private" (npx sextant docs checks#firewall-shut).',
  ],
  [
    "accessory: nothing to publish",
    (w) => w.accessory({ port: undefined, publish: "loopback" }),
    'Accessory "search": publish is "loopback", but there is no port to publish; give the port that the accessory listens on.',
  ],
  [
    "app: only roles without servers",
    (w) => w.app({ allowEmptyRoles: true, roles: { web: { servers: [] } } }),
    'App "shop": roles are all without a server, and an App runs somewhere; give one of them a server, or take the App out of the program.',
  ],
  [
    "app: volume with an option that Docker does not know",
    (w) => w.app({ volumes: { uploads: "/uploads:rslave" } }),
    'App "shop": volumes.uploads is "/uploads:rslave", but behind the path come Docker\'s own options, of which a volume has ro, rw, z, Z, nocopy; write it like "/data:ro".',
  ],
  [
    "app: output of a hook by another word",
    (w) => w.app({ hooks: { afterRelease: "true", output: "silent" as "quiet" } }),
    'App "shop": hooks.output is "silent", but it is one of quiet, verbose; choose one of these.',
  ],
  [
    "server: file of settings that is not there",
    (w) => w.server({ ssh: { ...w.access, configFile: "ssh/config" } }),
    'Server "web-1": ssh.configFile is "ssh/config", but there is no such file on this machine; name it from the project\'s directory or from ~/, or write false for no settings at all.',
  ],
  [
    "server: empty line before connecting",
    (w) => w.server({ ssh: { ...w.access, beforeConnect: " " } }),
    'Server "web-1": ssh.beforeConnect is "", but it must not be empty; give a line for a shell, such as bin/vpn up.',
  ],
  [
    "existing server: empty hook",
    (w) => new ExistingServer("old", { address: "203.0.113.7", ssh: w.access, hooks: { afterDocker: "" } }),
    'ExistingServer "old": hooks.afterDocker is "", but it must not be empty; give a line for a shell, such as bin/docker-setup.',
  ],
  [
    "accessory: route without a proxy",
    (w) => w.accessory({ route: { hosts: ["search.test"] } }),
    'Accessory "search": proxy is missing, and it has a route; give the Proxy of its server.',
  ],
  [
    "accessory: proxy without a route",
    (w) => w.accessory({ proxy: w.proxy({}) }),
    'Accessory "search": proxy sends it nothing without a route; give the route, or leave proxy out.',
  ],
  [
    "accessory: route without a port",
    (w) => w.accessory({ proxy: w.proxy({}), port: undefined, route: { hosts: ["search.test"] } }),
    'Accessory "search": port is missing, and it has a route; give the port that the accessory listens on.',
  ],
  [
    "accessory: a named route",
    (w) => w.accessory({ proxy: w.proxy({}), route: { name: "admin", hosts: ["search.test"] } }),
    'Accessory "search": route.name is "admin", but it tells several routes apart, and an accessory has one, named after itself; leave it out.',
  ],
  [
    "accessory: route of a proxy elsewhere",
    (w) => w.accessory({ proxy: w.proxy({ servers: w.hosts.slice(1) }), route: { hosts: ["search.test"] } }),
    'Accessory "search": server is "web-1", but it has a route and the proxy does not run on that host; add the host to the servers of the Proxy.',
  ],
  [
    "accessory: route of what is taken up",
    (w) =>
      w.accessory({
        ...{ server: w.kamals, takeOver: "shop-search", route: { hosts: ["search.test"] } },
        proxy: new ExistingProxy("proxy", { servers: [w.kamals] }),
      }),
    "Accessory \"search\": route is for a container of the program's own, and the one that is taken up is Kamal's, with Kamal's route, which leads to it as before; leave route out as long as takeOver is there.",
  ],
  [
    "accessory: route that an app has",
    (w) => {
      const proxy = w.proxy({});
      w.app({ proxy, route: { hosts: ["shop.test"] } });
      return w.accessory({ proxy, route: { hosts: ["shop.test"] } });
    },
    'Accessory "search": route is "shop.test/", but the route shop-web of App "shop" has the same host and path on web-1; give one of them another host or path (npx sextant docs checks#same-route).',
  ],
  [
    "accessory: route by a name that an app's has",
    (w) => {
      const proxy = w.proxy({});
      w.app({ proxy, route: { hosts: ["shop.test"] } });
      return w.accessory({ proxy, route: { hosts: ["other.test"] } }, "shop-web");
    },
    'Accessory "shop-web": name is "shop-web", but its route would be named shop-web on web-1, as that of App "shop" is; rename the accessory (npx sextant docs checks#same-route).',
  ],
  [
    "accessory: host port without publish",
    (w) => w.accessory({ hostPort: 7701 }),
    'Accessory "search": hostPort is 7701, but a host port needs publish; add publish: "loopback" or "private", or leave hostPort out.',
  ],
  [
    "accessory: host port that is none",
    (w) => w.accessory({ publish: "loopback", hostPort: 0 }),
    'Accessory "search": hostPort is 0, but a port is a whole number from 1 to 65535; give the port that is meant, such as 3000 (npx sextant docs checks#values).',
  ],
  [
    "accessory: port of the proxy",
    (w) => [w.proxy({}), w.accessory({ publish: { public: true, reason: "demo" }, hostPort: 80 })],
    'Accessory "search": hostPort is 80, but Proxy "proxy" has tcp port 80 of web-1; choose another port (npx sextant docs checks#same-port).',
  ],
  [
    "accessory: port of another one",
    (w) => [w.accessory({ publish: "loopback" }), w.accessory({ publish: "loopback" }, "other")],
    'Accessory "other": hostPort is 7700, but Accessory "search" has tcp port 7700 of web-1; choose another port (npx sextant docs checks#same-port).',
  ],
  [
    "accessory: private without a network",
    (w) => w.accessory({ server: w.behind([]), publish: "private" }),
    'Accessory "search": publish is "private", but web-1 has no private address; give the server a network (npx sextant docs checks#private-network).',
  ],
  [
    "accessory: private on a machine whose private address is not said",
    (w) => {
      const server = new ExistingServer("db-1", { address: "203.0.113.11", ssh: w.access });
      return w.accessory({ server, publish: "private" });
    },
    'Accessory "search": publish is "private", but db-1 has no private address; give db-1 its privateAddress (npx sextant docs checks#private-network).',
  ],
  [
    "accessory: empty secret",
    (w) => w.accessory({ secrets: { MEILI_MASTER_KEY: "" } }),
    'Accessory "search": secrets.MEILI_MASTER_KEY is empty; set it with pulumi config set --secret, or remove it (npx sextant docs checks#empty-secret).',
  ],
  [
    "accessory: what becomes of its data",
    (w) => w.accessory({ data: "delete" as never }),
    'Accessory "search": data is "delete", but it is one of keep, leave, move, discard; choose one of these (npx sextant docs checks#data-kept).',
  ],
  [
    "accessory: two volumes that cannot be moved together",
    (w) => w.accessory({ data: "move", volumes: { data: "/data", more: "/more" } }),
    'Accessory "search": data is "move", but it takes one volume along, and this accessory has more; copy them by hand while it is stopped, then write "leave" (npx sextant docs checks#data-kept).',
  ],
  [
    "app: what becomes of its data",
    (w) => w.app({ data: "move" as never }),
    'App "shop": data is "move", but it is one of keep, leave, discard; choose one of these (npx sextant docs checks#data-kept).',
  ],
  [
    "accessory: a volume that an app has",
    (w) => [
      w.app({ volumes: { "db-data": "/data" } }),
      w.accessory({ volumes: { data: "/data" } }, "shop-db"),
    ],
    'Accessory "shop-db": volumes.data is "/data", but App "shop" has the Docker volume shop-test-shop-db-data of web-1; give one of them another name (npx sextant docs checks#same-volume).',
  ],
  [
    "app: a volume that another app has",
    (w) => w.twoApps({ volumes: { "b-c": "/data" } }, { volumes: { c: "/data" } }, "shop-b"),
    'App "shop-b": volumes.c is "/data", but App "shop" has the Docker volume shop-test-shop-b-c of web-1; give one of them another name (npx sextant docs checks#same-volume).',
  ],
  [
    "accessory: the container that an app's release command runs in",
    (w) => [w.app({ release: ["bin/migrate"] }), w.accessory({}, "shop-release")],
    'Accessory "shop-release": name is "shop-release", but App "shop" has the Docker container shop-test-shop-release of web-1; give one of them another name (npx sextant docs checks#same-volume).',
  ],
  [
    "mariadb: a version without a series",
    (w) => w.mariaDb({ version: "11" }),
    'MariaDb "db": version is "11", but it does not say which series of MariaDB it is, and the data is read by the right one alone; write it like "11.4", or give it as series (npx sextant docs checks#data-format).',
  ],
  [
    "mariadb: series",
    (w) => w.mariaDb({ series: "11" }),
    'MariaDb "db": series is "11", but a series is two numbers with a dot; write it like "11.4".',
  ],
  [
    "mariadb: no password of root",
    (w) => w.mariaDb({ rootPassword: " " }),
    'MariaDb "db": rootPassword is empty; set it with pulumi config set --secret (npx sextant docs checks#empty-secret).',
  ],
  [
    "mariadb: user",
    (w) => w.mariaDb({ user: "1shop" }),
    'MariaDb "db": user is "1shop", but such a name has up to 32 letters, digits, hyphens and underscores, and does not start with a digit; write it like "shop".',
  ],
  [
    "mariadb: database",
    (w) => w.mariaDb({ database: "shop`" }),
    'MariaDb "db": database is "shop`", but such a name has up to 64 letters, digits, hyphens and underscores, and does not start with a digit; write it like "shop".',
  ],
  [
    "mysql: root as the app's user",
    (w) => w.mySql({ user: "root" }),
    'MySql "db": user is "root", but root is for who looks after the server, and logs in inside of it; give the app a user of its own.',
  ],
  [
    "mysql: a password of root that its image does not take",
    (w) => w.mySql({ rootPassword: "it's" }),
    'MySql "db": rootPassword holds a quote or a backslash, which the official image does not take; choose another one.',
  ],
  [
    "memcached: open to everybody",
    (w) => w.memcached({ publish: { public: true, reason: "demo" } }),
    'Memcached "cache": publish gives everybody all that it holds to read and write, as memcached knows no password; write "private", or leave it out (npx sextant docs checks#public-port).',
  ],
  [
    "memcached: connections",
    (w) => w.memcached({ connections: 0 }),
    'Memcached "cache": connections is 0, but it is a whole number from 1 to 1000000; choose one of these.',
  ],
  [
    "accessory: option of a volume",
    (w) => w.accessory({ volumes: { data: "/data:readonly" } }),
    'Accessory "search": volumes.data is "/data:readonly", but behind the path come Docker\'s own options, of which a volume has ro, rw, z, Z, nocopy; write it like "/data:ro".',
  ],
  [
    "accessory: options that Docker takes one of",
    (w) => w.accessory({ volumes: { "/srv/a": "/data:ro,rw" } }),
    'Accessory "search": volumes./srv/a is "/data:ro,rw", but Docker takes one of these options; choose one.',
  ],
  [
    "accessory: path of the host that leads elsewhere",
    (w) => w.accessory({ volumes: { "/srv/../etc": "/data" } }),
    'Accessory "search": volumes./srv/../etc is "/srv/../etc", but a path of the host is absolute and plain, without blanks, colons, dots that lead elsewhere, or a slash at its end; write it like "/srv/search".',
  ],
  [
    "accessory: directory without its whole path",
    (w) => w.accessory({ directories: { data: "/data" } }),
    'Accessory "search": directories.data is "data", but a directory of the host is an absolute path; write the whole path, or move it to volumes, where a name is a Docker volume.',
  ],
  [
    "accessory: directory of the system",
    (w) => w.accessory({ directories: { "/var/lib": { path: "/data", mode: "0700" } } }),
    'Accessory "search": directories./var/lib is "/var/lib", but this directory is the system\'s; choose a directory below it, or mount it by volumes, which makes none.',
  ],
  [
    "accessory: mode of a directory",
    (w) => w.accessory({ directories: { "/srv/a": { path: "/data", mode: "u+rw" } } }),
    'Accessory "search": directories./srv/a.mode is "u+rw", but a mode is three or four octal digits; write it like "0640".',
  ],
  [
    "accessory: owner of a file by name",
    (w) => w.accessory({ files: { "/etc/a": { content: "x", owner: "mysql:mysql" } } }),
    'Accessory "search": files./etc/a.owner is "mysql:mysql", but an owner is the numbers of a user and a group, as the host does not know the names of the image; write it like "999:999"; docker run --rm --entrypoint id IMAGE USER says them.',
  ],
  [
    "accessory: service",
    (w) => w.accessory({ service: "Search_1" }),
    'Accessory "search": service is "Search_1", but such a name has up to 63 lower-case letters, digits and inner hyphens and starts with a letter; write it like "web".',
  ],
  [
    "accessory: service that another one has",
    (w) => [w.accessory({ service: "find" }), w.accessory({ service: "find" }, "other")],
    'Accessory "other": service is "find", but Accessory "search" has the Docker container find of web-1; give one of them another name (npx sextant docs checks#same-volume).',
  ],
  [
    "accessory: network",
    (w) => w.accessory({ networks: ["host"] }),
    'Accessory "search": networks[0] is "host", but that is no network which a container can be in besides its own; give the name of a network that docker network create made.',
  ],
  [
    "accessory: a further port to everybody without a reason",
    (w) => w.accessory({ ports: [{ port: 8125, protocol: "udp", publish: { public: true, reason: " " } }] }),
    'Accessory "search": ports[0].publish.reason is " ", but it must not be empty; say why the whole internet may reach it (npx sextant docs checks#public-port).',
  ],
  [
    "accessory: a protocol that Docker does not publish",
    (w) => w.accessory({ ports: [{ port: 8125, protocol: "icmp" as "udp", publish: "loopback" }] }),
    'Accessory "search": ports[0].protocol is "icmp", but it is one of tcp, udp; choose one of these.',
  ],
  [
    "accessory: one port twice",
    (w) => w.accessory({ publish: "loopback", ports: [{ port: 7700, publish: "loopback" }] }),
    'Accessory "search": ports[0].hostPort is 7700, but tcp port 7700 of the host is published twice; choose another port.',
  ],
  [
    "accessory: a further port that the firewalls shut",
    (w) =>
      w.accessory({
        ...{ server: w.behind([http]) },
        ports: [{ port: 8125, protocol: "udp", publish: { public: true, reason: "demo" } }],
      }),
    'Accessory "search": ports[0].publish is {"public":true,"reason":"demo"}, but the firewalls of web-1 let nobody in on udp port 8125; add udp(8125).from(...) to the firewall, or publish it to "private" (npx sextant docs checks#firewall-shut).',
  ],
  [
    "accessory: a path of the host that is to move",
    (w) => w.accessory({ data: "move", volumes: { "/srv/a": "/data" } }),
    'Accessory "search": data is "move", but it takes a Docker volume along, and /srv/a is a path of the host; copy them by hand while it is stopped, then write "leave" (npx sextant docs checks#data-kept).',
  ],
  [
    "accessory: volume",
    (w) => w.accessory({ volumes: { data: "meili_data" } }),
    'Accessory "search": volumes.data is "meili_data", but it has to be an absolute path without blanks or colons; write it like "/data".',
  ],
  [
    "accessory: file",
    (w) => w.accessory({ files: { "etc/meili.toml": "" } }),
    'Accessory "search": files is "etc/meili.toml", but it has to be an absolute path without blanks or colons; write it like "/data".',
  ],
  [
    "accessory: empty ready command",
    (w) => w.accessory({ ready: { command: [] } }),
    'Accessory "search": ready.command is [], but it must not be empty; give the command as a list of words.',
  ],
  [
    "accessory: ready timeout",
    (w) => w.accessory({ ready: { command: ["true"], timeout: "10ms" } }),
    'Accessory "search": ready.timeout is "10ms", but it has to be from 1s to 1h; choose a duration in that range (npx sextant docs checks#values).',
  ],
  [
    "accessory: stop timeout",
    (w) => w.accessory({ stopTimeout: "1d" as "1h" }),
    'Accessory "search": stopTimeout is "1d", but a duration is a number with ms, s, m or h; write it like "30s" (npx sextant docs checks#values).',
  ],
  [
    "accessory: memory over the server's",
    (w) => w.accessory({ resources: { memory: "5g" } }),
    'Accessory "search": resources.memory is too high: the limits on web-1 come to 5120m, and it has 4096m; lower them, or take a larger server (npx sextant docs checks#memory).',
  ],
  [
    "accessory: cores",
    (w) => w.accessory({ resources: { cpus: -1 } }),
    'Accessory "search": resources.cpus is -1, but cores are a number over 0; write it like 1.5.',
  ],
  [
    "accessory: shm",
    (w) => w.accessory({ shm: "256" as "256m" }),
    'Accessory "search": shm is "256", but a size is a number with k, m or g; write it like "512m" (npx sextant docs checks#values).',
  ],
  [
    "accessory: variable that starts with a digit",
    (w) => w.accessory({ env: { "1.type": "x" } }),
    'Accessory "search": env.1.type is "1.type", but the name of a variable has letters, digits, dots, hyphens and underscores and does not start with a digit; rename it.',
  ],
  [
    "accessory: variable without a value",
    (w) => w.accessory({ env: { DSN: undefined as unknown as string } }),
    'Accessory "search": env.DSN has no value here; give it one, or remove it.',
  ],
  [
    "accessory: secret that is a number",
    (w) => w.accessory({ secrets: { PIN: 4711 as unknown as string } }),
    'Accessory "search": secrets.PIN has to be a text; write it in quotes.',
  ],
  [
    "postgres: no version",
    (w) => w.postgres({ version: "" }),
    'Postgres "db": version is "", but it must not be empty; name the version, such as "17".',
  ],
  [
    "postgres: version as a number",
    (w) => w.postgres({ version: 15 as unknown as string }),
    'Postgres "db": version is 15, but it has to be a text; write "15".',
  ],
  [
    "postgres: latest",
    (w) => w.postgres({ version: "latest" }),
    'Postgres "db": image is "postgres:latest", but without a tag of its own, a pull can bring another release of your data\'s server; add the version as its tag (npx sextant docs checks#mutable-tag).',
  ],
  [
    "postgres: another C library",
    (w) => w.postgres({ libc: "uclibc" as "musl" }),
    'Postgres "db": libc is "uclibc", but it is one of glibc, musl; choose one of these.',
  ],
  [
    "postgres: version without the major one",
    (w) => w.postgres({ version: "nightly-build" }),
    'Postgres "db": version is "nightly-build", but it does not say which major version of PostgreSQL it is, and the place of the data depends on that; give it as major (npx sextant docs checks#data-format).',
  ],
  [
    "postgres: data outside of the volume",
    (w) => w.postgres({ version: "17", env: { PGDATA: "/var/lib/postgresql/17/docker" } }),
    'Postgres "db": env.PGDATA is "/var/lib/postgresql/17/docker", but the data volume is mounted at /var/lib/postgresql/data, and what is written elsewhere goes with the container; choose a directory below it, or leave PGDATA out (npx sextant docs checks#data-format).',
  ],
  [
    "postgres: no password",
    (w) => w.postgres({ password: undefined }),
    'Postgres "db": password is missing; set it with pulumi config set --secret, and read it with config.requireSecret.',
  ],
  [
    "postgres: password on two lines",
    (w) => w.postgres({ password: "one\ntwo" }),
    'Postgres "db": password holds a line break; set it with pulumi config set --secret.',
  ],
  [
    "redis: version as a number",
    (w) => w.redis({ version: 7 as unknown as string }),
    'Redis "cache": version is 7, but it has to be a text; write "7".',
  ],
  [
    "redis: empty password",
    (w) => w.redis({ password: " " }),
    'Redis "cache": password is empty; set it with pulumi config set --secret (npx sextant docs checks#empty-secret).',
  ],
  [
    "redis: password on two lines",
    (w) => w.redis({ password: "one\ntwo" }),
    'Redis "cache": password holds a line break; set it with pulumi config set --secret.',
  ],
  [
    "postgres: user",
    (w) => w.postgres({ user: "shop-app" }),
    'Postgres "db": user is "shop-app", but such a name has lower-case letters, digits and underscores; write it like "shop".',
  ],
  [
    "postgres: empty password",
    (w) => w.postgres({ password: "" }),
    'Postgres "db": password is empty; set it with pulumi config set --secret (npx sextant docs checks#empty-secret).',
  ],
  [
    "redis: public without a password",
    (w) => w.redis({ publish: { public: true, reason: "demo" } }),
    'Redis "cache": password is missing, and everybody can reach the port; set it with pulumi config set --secret, or leave publish out (npx sextant docs checks#public-port).',
  ],
  [
    "redis: latest",
    (w) => w.redis({ version: "latest" }),
    'Redis "cache": image is "redis:latest", but without a tag of its own, a pull can bring another release of your data\'s server; add the version as its tag (npx sextant docs checks#mutable-tag).',
  ],
  [
    "firewall: SSH from a whole family",
    () => new Firewall("edge", { allow: [ssh.from("0.0.0.0/0")] }),
    'Firewall "edge": allow[0] ssh.from is "0.0.0.0/0", but a whole address family is everybody, and that has to be spelled out, for both families; write ssh.anywhere("the reason") (npx sextant docs checks#anywhere).',
  ],
  [
    "firewall: SSH from nobody",
    () => new Firewall("edge", { allow: [ssh.from()] }),
    'Firewall "edge": allow[0] is "ssh.from", but it names no network; write ssh.from("203.0.113.0/24"), or ssh.anywhere("the reason") (npx sextant docs checks#anywhere).',
  ],
  [
    "firewall: SSH alone",
    () => new Firewall("edge", { allow: [ssh as unknown as Rule] }),
    'Firewall "edge": allow[0] is "ssh", but it does not say for whom; write ssh.from("203.0.113.0/24"), or ssh.anywhere("the reason") (npx sextant docs checks#anywhere).',
  ],
  [
    "firewall: SSH from anywhere without a reason",
    () => new Firewall("edge", { allow: [ssh.anywhere("")] }),
    'Firewall "edge": allow[0] is "ssh.anywhere", but a port that is open to everybody has to say why; write ssh.anywhere("the reason") (npx sextant docs checks#anywhere).',
  ],
  [
    "firewall: address without a prefix",
    () => new Firewall("edge", { allow: [ssh.from("203.0.113.7")] }),
    'Firewall "edge": allow[0] ssh.from is "203.0.113.7", but a network is an address and a prefix length; write "203.0.113.7/32" (npx sextant docs checks#values).',
  ],
  [
    "firewall: host bits",
    () => new Firewall("edge", { allow: [ssh.from("203.0.113.7/24")] }),
    'Firewall "edge": allow[0] ssh.from is "203.0.113.7/24", but a network has no bits set behind its prefix; did you mean "203.0.113.0/24" (npx sextant docs checks#values).',
  ],
  [
    "firewall: range the wrong way",
    () => new Firewall("edge", { allow: [tcp("9010-9000").from("10.0.0.0/8")] }),
    'Firewall "edge": allow[0] is "tcp("9010-9000").from", but a port is a whole number from 1 to 65535, and a range goes from the lower one to the higher one; write tcp(5432) or tcp("9000-9010") (npx sextant docs checks#values).',
  ],
  [
    "firewall: port that is none",
    () => new Firewall("edge", { allow: [tcp(0).from("10.0.0.0/8")] }),
    'Firewall "edge": allow[0] is "tcp(0).from", but a port is a whole number from 1 to 65535, and a range goes from the lower one to the higher one; write tcp(5432) or tcp("9000-9010") (npx sextant docs checks#values).',
  ],
  [
    "firewall: out where in is meant",
    () => new Firewall("edge", { allow: [tcp(5432).to("10.0.0.0/8")] }),
    'Firewall "edge": allow[0] is "tcp(5432).to", but allow says who may come in; write .from(...).',
  ],
  [
    "firewall: nothing let out",
    () => new Firewall("edge", { allow: [], outbound: [] }),
    'Firewall "edge": outbound is [], but it must not be empty; leave it out to let everything out; at Hetzner an empty list shuts nothing.',
  ],
  [
    "server: no firewall",
    (w) => w.server({ firewalls: [] }),
    'Server "web-1": firewalls is [], but without a firewall every port that something listens on is open to the internet; name a firewall, or say unprotected: "the reason" (npx sextant docs checks#anywhere).',
  ],
  [
    "server: SSH shut at the firewall",
    (w) => w.server({ firewalls: [new Firewall("shut", { allow: [https] })] }),
    'Server "web-1": firewalls is ["shut"], but none of them lets in SSH on port 22, by which deploys reach the server; add ssh.from("203.0.113.0/24") with your own network (npx sextant docs checks#firewall-shut).',
  ],
  [
    "server: Docker's own nftables",
    (w) => w.server({ daemon: { "firewall-backend": "nftables" } }),
    'Server "web-1": daemon["firewall-backend"] is "nftables", but the proxy is replaced without a gap, and the metadata address shut, by rules of iptables; leave it out.',
  ],
  [
    "server: a private network where Docker has its own",
    (w) => w.server({ network: new Network("inner", { ipRange: "172.20.0.0/16" }) }),
    'Server "web-1": network is "172.20.0.0/16", but Docker gives its own networks on the server addresses of 172.16.0.0/12; give Network "inner" another ipRange, such as "10.0.0.0/16", or Docker another pool: daemon: { "default-address-pools": [{ base: "10.200.0.0/16", size: 24 }] }.',
  ],
  [
    "server: a private network where Docker's bridge is told to be",
    (w) => w.server({ network: new Network("tenth"), daemon: { bip: "10.0.0.1/24" } }),
    'Server "web-1": network is "10.0.0.0/16", but Docker gives its own networks on the server addresses of 10.0.0.1/24; give Network "tenth" another ipRange, such as "10.0.0.0/16", or Docker another pool: daemon: { "default-address-pools": [{ base: "10.200.0.0/16", size: 24 }] }.',
  ],
  [
    "server: no public address",
    (w) => w.server({ publicIpv4: false, publicIpv6: false }),
    'Server "web-1": publicIpv4 is false, but without an IPv6 address either, nothing reaches the server; leave one of publicIpv4 and publicIpv6 out (npx sextant docs checks#without-ipv4).',
  ],
  [
    "server: without IPv4, and SSH from IPv4 alone",
    (w) => w.server({ publicIpv4: false }),
    'Server "web-1": firewalls is ["edge"], but they let in SSH from IPv4 networks alone, and the server has no IPv4 address; add your IPv6 network, as in ssh.from("203.0.113.0/24", "2001:db8::/48") (npx sextant docs checks#without-ipv4).',
  ],
  [
    "server: type",
    (w) => w.server({ type: "" }),
    'Server "web-1": type is "", but it must not be empty; name a server type, such as "cx23".',
  ],
  [
    "server: image",
    (w) => w.server({ image: "fedora-41" }),
    'Server "web-1": image is "fedora-41", but the first boot installs Docker from the packages of Debian or Ubuntu; take "debian-12" or "ubuntu-24.04", or an image of your own of these.',
  ],
  [
    "server: swap",
    (w) => w.server({ swap: "2GB" as "2g" }),
    'Server "web-1": swap is "2GB", but a size is a number with k, m or g; write it like "512m" (npx sextant docs checks#values).',
  ],
  [
    "server: address outside of the network",
    (w) => w.server({ network: { network: new Network("net"), ip: "10.1.0.2" } }),
    'Server "web-1": network.ip is "10.1.0.2", but it is in none of the subnets 10.0.0.0/24 of Network "net"; choose an address there (npx sextant docs checks#values).',
  ],
  [
    "server: login",
    (w) => w.server({ ssh: { ...w.access, user: "deploy" } }),
    'Server "web-1": ssh.user is "deploy", but a server that is made here has one login, root by key; leave it out.',
  ],
  [
    "server: cloud-config",
    (w) => w.server({ cloudInit: "- htop" }),
    'Server "web-1": cloudInit is "- htop", but it is not a map of cloud-init\'s keys; write a #cloud-config, such as "packages: [htop]".',
  ],
  [
    "existing server: address with a user",
    (w) => new ExistingServer("old", { address: "root@203.0.113.10", ssh: w.access }),
    'ExistingServer "old": address is "root@203.0.113.10", but a host is a bare DNS name without scheme, port or path; write address "203.0.113.10" and ssh.user "root" (npx sextant docs checks#values).',
  ],
  [
    "existing server: address with a port",
    (w) => new ExistingServer("old", { address: "web.example.com:2222", ssh: w.access }),
    'ExistingServer "old": address is "web.example.com:2222", but a host is a bare DNS name without scheme, port or path; write address "web.example.com" and ssh.port 2222 (npx sextant docs checks#values).',
  ],
  [
    "existing server: address as a URL of ssh",
    (w) => new ExistingServer("old", { address: "ssh://ubuntu@[2001:db8::7]:2222", ssh: w.access }),
    'ExistingServer "old": address is "ssh://ubuntu@[2001:db8::7]:2222", but a host is a bare DNS name without scheme, port or path; write address "2001:db8::7" and ssh.user "ubuntu" and ssh.port 2222 (npx sextant docs checks#values).',
  ],
  [
    "existing server: URL as address",
    (w) => new ExistingServer("old", { address: "ssh://web", ssh: w.access }),
    'ExistingServer "old": address is "ssh://web", but a host is a bare DNS name without scheme, port or path; give its address or name, such as "203.0.113.7" (npx sextant docs checks#values).',
  ],
  [
    "existing server: architecture",
    (w) =>
      new ExistingServer("old", { address: "203.0.113.7", ssh: w.access, architecture: "x86" as "amd64" }),
    'ExistingServer "old": architecture is "x86", but it is one of amd64, arm64; choose one of these.',
  ],
  [
    "existing server: user with the address",
    (w) => new ExistingServer("old", { address: "203.0.113.7", ssh: { ...w.access, user: "ubuntu@web" } }),
    'ExistingServer "old": ssh.user is "ubuntu@web", but it is no name of a user; write the name alone, such as "ubuntu".',
  ],
  [
    "existing server: jump host as ssh's own word",
    (w) =>
      new ExistingServer("old", {
        address: "203.0.113.7",
        ssh: { ...w.access, jumpHost: { address: "root@203.0.113.1:2222" } },
      }),
    'ExistingServer "old": ssh.jumpHost.address is "root@203.0.113.1:2222", but a host is a bare DNS name without scheme, port or path; write ssh.jumpHost.address "203.0.113.1" and ssh.jumpHost.user "root" and ssh.jumpHost.port 2222 (npx sextant docs checks#values).',
  ],
  [
    "existing server: jump host's user as an option",
    (w) =>
      new ExistingServer("old", {
        address: "203.0.113.7",
        ssh: { ...w.access, jumpHost: { address: "bastion", user: "-oX" } },
      }),
    'ExistingServer "old": ssh.jumpHost.user is "-oX", but it is no name of a user; write the name alone, such as "ubuntu".',
  ],
  [
    "existing server: jump host's port",
    (w) =>
      new ExistingServer("old", {
        address: "203.0.113.7",
        ssh: { ...w.access, jumpHost: { address: "bastion", port: 0 } },
      }),
    'ExistingServer "old": ssh.jumpHost.port is 0, but a port is a whole number from 1 to 65535; give the port that is meant, such as 3000 (npx sextant docs checks#values).',
  ],
  [
    "existing server: jump host's key with its address",
    (w) =>
      new ExistingServer("old", {
        address: "203.0.113.7",
        ssh: { ...w.access, jumpHost: { address: "bastion", hostKey: "bastion" } },
      }),
    'ExistingServer "old": ssh.jumpHost.hostKey is "bastion", but a pinned host key is of type ed25519 and has no address in front; take "ssh-ed25519 AAAA…" from ssh-keyscan -t ed25519.',
  ],
  [
    "existing server: SSH from nobody",
    (w) =>
      new ExistingServer("old", {
        ...{ address: "203.0.113.7", ssh: w.access, firewall: { allow: [ssh as unknown as Rule] } },
      }),
    'ExistingServer "old": firewall.allow[0] is "ssh", but it does not say for whom; write ssh.from("203.0.113.0/24"), or ssh.anywhere("the reason") (npx sextant docs checks#anywhere).',
  ],
  [
    "existing server: a rule for what leaves it",
    (w) =>
      new ExistingServer("old", {
        ...{ address: "203.0.113.7", ssh: w.access, firewall: { allow: [tcp(25).to("203.0.113.9/32")] } },
      }),
    'ExistingServer "old": firewall.allow[0] is "tcp(25).to", but allow says who may come in; write .from(...).',
  ],
  [
    "existing server: a network with bits behind its prefix",
    (w) =>
      new ExistingServer("old", {
        ...{ address: "203.0.113.7", ssh: w.access, firewall: { allow: [ssh.from("203.0.113.7/24")] } },
      }),
    'ExistingServer "old": firewall.allow[0] ssh.from is "203.0.113.7/24", but a network has no bits set behind its prefix; did you mean "203.0.113.0/24" (npx sextant docs checks#values).',
  ],
  [
    "existing server: another way to Docker",
    (w) =>
      new ExistingServer("old", { address: "203.0.113.7", ssh: w.access, docker: "podman" as "install" }),
    'ExistingServer "old": docker is "podman", but it is one of install; choose one of these.',
  ],
  [
    "existing server: a version of Docker's packages that is none",
    (w) =>
      new ExistingServer("old", {
        ...{ address: "203.0.113.7", ssh: w.access },
        docker: { install: "docker.com", version: "latest" },
      }),
    'ExistingServer "old": docker.version is "latest", but it is a version of Docker\'s, or its beginning; write it like "28.5.2", or "28" for the newest of these.',
  ],
  [
    "existing server: another tool to take over",
    (w) => new ExistingServer("old", { address: "203.0.113.7", ssh: w.access, takeOver: "dokku" as "kamal" }),
    'ExistingServer "old": takeOver is "dokku", but it is one of kamal; choose one of these.',
  ],
  [
    "proxy: on a server of Kamal's",
    (w) => w.proxy({ servers: [w.kamals] }),
    'Proxy "proxy": servers is "web-1", but Kamal\'s proxy stays there, as takeOver: "kamal" says; route through it: new ExistingProxy() in place of new Proxy().',
  ],
  [
    "app: taking over on a server that is none of Kamal's",
    (w) => w.app({ takeOver: { service: "shop" }, proxy: w.existingProxy({}) }),
    'App "shop": takeOver is "shop", but web-1 is not said to be a server of Kamal\'s; make it an ExistingServer with takeOver: "kamal", or take the role off web-1 until the others have been taken over.',
  ],
  [
    "app: taking over behind a proxy of its own",
    (w) => w.app({ takeOver: { service: "shop" }, roles: { web: { servers: [w.kamals] } } }),
    "App \"shop\": proxy is a proxy of its own, and the requests of Kamal's app come to Kamal's; route through that one: new ExistingProxy() in place of new Proxy().",
  ],
  [
    "app: taking over a name that Kamal cannot have",
    (w) => w.onKamals({ service: "shop/web" }),
    'App "shop": takeOver.service is "shop/web", but Kamal\'s names have letters, digits, hyphens and underscores; write it as config/deploy.yml has it.',
  ],
  [
    "app: taking over for a role that is not there",
    (w) => w.onKamals({ service: "shop", roles: { job: "worker" } }),
    'App "shop": takeOver.roles is "job", but it is one of web; choose one of these.',
  ],
  [
    "app: error pages behind Kamal's proxy",
    (w) => w.onKamals({ service: "shop" }, { errorPages: "test/lab/operate/program/pages" }),
    'App "shop": errorPages is "test/lab/operate/program/pages", but the proxy of web-1 is Kamal\'s, which cannot read its files; leave it out until the program has a Proxy.',
  ],
  [
    "app: a certificate of its own behind Kamal's proxy",
    (w) =>
      w.onKamals(
        { service: "shop" },
        { route: { hosts: ["a.test"], tls: ownCertificate(own.certificate, own.key) } },
      ),
    'App "shop": roles.web.route.tls is "ownCertificate", but the proxy of web-1 is Kamal\'s, which cannot read its files; use letsEncrypt(), or end TLS in front of the proxy.',
  ],
  [
    "accessory: a certificate of its own behind Kamal's proxy",
    (w) =>
      w.accessory({
        ...{ server: w.kamals, proxy: new ExistingProxy("proxy", { servers: [w.kamals] }) },
        route: { hosts: ["a.test"], tls: ownCertificate(own.certificate, own.key) },
      }),
    'Accessory "search": route.tls is "ownCertificate", but the proxy of web-1 is Kamal\'s, which cannot read its files; use letsEncrypt(), or end TLS in front of the proxy.',
  ],
  [
    "accessory: one of Kamal's on a server that is none of Kamal's",
    (w) => w.accessory({ takeOver: "shop-db" }),
    'Accessory "search": takeOver is "shop-db", but web-1 is not said to be a server of Kamal\'s; make it an ExistingServer with takeOver: "kamal".',
  ],
  [
    "accessory: one of Kamal's by a name that Docker cannot have",
    (w) => w.accessory({ server: w.kamals, takeOver: "shop/db" }),
    'Accessory "search": takeOver is "shop/db", but Kamal\'s containers have names of letters, digits, dots, hyphens and underscores; write it as docker ps shows it on the server, such as "shop-db".',
  ],
  [
    "accessory: one of Kamal's, with its data to be deleted",
    (w) => w.accessory({ server: w.kamals, takeOver: "shop-db", data: "discard" }),
    'Accessory "search": data is "discard", but what Kamal has made stays where it lies; write "keep", or leave it out.',
  ],
  [
    "accessory: one of Kamal's, to begin without its data",
    (w) => w.accessory({ server: w.kamals, takeOver: "shop-db", data: "leave" }),
    'Accessory "search": data is "leave", but its data is that of Kamal\'s shop-db wherever it is; write "keep", or leave it out, and make a second component without takeOver for one that begins without it.',
  ],
  [
    "accessory: two volumes at one path",
    (w) => w.accessory({ volumes: { data: "/data", "/srv/pg": "/data/:ro" } }),
    'Accessory "search": volumes./srv/pg is "/data/:ro", but volumes.data is mounted at /data, too, and Docker mounts one thing at a path; leave one of them out, or choose another path.',
  ],
  [
    "accessory: a file at the path of a volume",
    (w) => w.accessory({ volumes: { data: "/data/db" }, files: { "/data": "text" } }),
    'Accessory "search": files./data is a file at /data, and volumes.data is at /data/db; leave one of them out, or choose another path.',
  ],
  [
    "app: two volumes at one path, of the app and of a role",
    (w) =>
      w.app({
        volumes: { data: "/data" },
        roles: { web: { servers: [w.host], volumes: { "/srv/data": "/data/:ro" } } },
      }),
    'App "shop": roles.web.volumes./srv/data is "/data/:ro", but volumes.data is mounted at /data, too, and Docker mounts one thing at a path; leave one of them out, or choose another path.',
  ],
  [
    "app: two volumes at one path, said once for all roles",
    (w) =>
      w.app({
        volumes: { data: "/data", uploads: "/data" },
        roles: { web: { servers: [w.host] }, job: { servers: [w.host] } },
      }),
    'App "shop": volumes.uploads is "/data", but volumes.data is mounted at /data, too, and Docker mounts one thing at a path; leave one of them out, or choose another path.',
  ],
  [
    "postgres: a directory at the path of its data",
    (w) => w.postgres({ directories: { "/srv/pg": "/var/lib/postgresql/data" } }),
    'Postgres "db": directories./srv/pg is "/var/lib/postgresql/data", but volumes.data is mounted at /var/lib/postgresql/data, too, and Docker mounts one thing at a path; leave one of them out, or choose another path.',
  ],
  [
    "mariadb: one of Kamal's",
    (w) => w.mariaDb({ server: w.kamals, takeOver: "shop-db" } as object),
    'MariaDb "db": takeOver is not an argument; take Kamal\'s up by an Accessory, with its image, variables and volumes: this preset gives the user its own password at the first pulumi up.',
  ],
  [
    "mysql: one of Kamal's",
    (w) => w.mySql({ server: w.kamals, takeOver: "shop-db" } as object),
    'MySql "db": takeOver is not an argument; take Kamal\'s up by an Accessory, with its image, variables and volumes: this preset gives the user its own password at the first pulumi up.',
  ],
  [
    "memcached: one of Kamal's",
    (w) => w.memcached({ server: w.kamals, takeOver: "shop-cache" } as object),
    'Memcached "cache": takeOver is not an argument; take Kamal\'s up by an Accessory, with its image and command.',
  ],
  [
    "app: taking over without a service",
    (w) => w.onKamals({} as { service: string }),
    'App "shop": takeOver.service is missing; give Kamal\'s service, such as "shop".',
  ],
  [
    "existing server: secret with a passphrase",
    () => new ExistingServer("old", { address: "203.0.113.7", ssh: { privateKey: lockedKey } }),
    'ExistingServer "old": ssh.privateKey has a passphrase, and no agent holds the key; take the passphrase off a copy of it with ssh-keygen -p, or make a key for deploys alone (npx sextant docs checks#ssh-key).',
  ],
  [
    "existing server: key that is cut",
    () =>
      new ExistingServer("old", {
        address: "203.0.113.7",
        ssh: { privateKey: "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl" },
      }),
    'ExistingServer "old": ssh.privateKey is no private key, or only a part of one; give all of it, from "-----BEGIN" to the last line (npx sextant docs checks#ssh-key).',
  ],
  [
    "existing server: public half for a key",
    () =>
      new ExistingServer("old", { address: "203.0.113.7", ssh: { privateKey: "ssh-ed25519 AAAAC3Nz a@b" } }),
    'ExistingServer "old": ssh.privateKey is the public half of a key; give the private one, or, where an agent holds it, the public half as ssh.publicKey alone (npx sextant docs checks#ssh-key).',
  ],
  [
    "existing server: PuTTY's key",
    () =>
      new ExistingServer("old", {
        address: "203.0.113.7",
        ssh: { privateKey: "PuTTY-User-Key-File-3: ssh-ed25519" },
      }),
    'ExistingServer "old": ssh.privateKey is in PuTTY\'s format, which ssh does not read; export it in PuTTYgen by "Export OpenSSH key", or with puttygen KEY -O private-openssh (npx sextant docs checks#ssh-key).',
  ],
  [
    "existing server: two keys",
    (w) =>
      new ExistingServer("old", { address: "203.0.113.7", ssh: { ...w.access, privateKey: privateKeyText } }),
    'ExistingServer "old": ssh.privateKey cannot be given beside ssh.privateKeyFile; keep one of them.',
  ],
  [
    "existing server: public key that is none",
    (w) => new ExistingServer("old", { address: "203.0.113.7", ssh: { ...w.access, publicKey: "deploy" } }),
    'ExistingServer "old": ssh.publicKey is no public key; write it like "ssh-ed25519 AAAA…", as in the file that ends in .pub.',
  ],
  [
    "existing server: key that is not there",
    () => new ExistingServer("old", { address: "203.0.113.7", ssh: { privateKeyFile: "/no/such/key" } }),
    'ExistingServer "old": ssh.privateKeyFile is "/no/such/key", but there is no such file on this machine; make it with ssh-keygen -t ed25519 -f /no/such/key, or name the right one.',
  ],
  [
    "network: public range",
    () => new Network("net", { ipRange: "8.8.0.0/16" }),
    'Network "net": ipRange is "8.8.0.0/16", but a private network lies in one of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16; choose one there, such as "10.0.0.0/16".',
  ],
  [
    "network: subnet outside",
    () => new Network("net", { subnets: ["10.9.0.0/24"] }),
    'Network "net": subnets[0] is "10.9.0.0/24", but it is outside of 10.0.0.0/16; choose a part of that range.',
  ],
  [
    "image: repository with a tag",
    (w) => w.image({ repository: "r.test/shop:v1" }),
    'Image "shop": repository is "r.test/shop:v1", but the release is given apart, so that it can be seen in a diff; move the tag or digest to version.',
  ],
  [
    "image: a digest as version",
    (w) => w.image({ version: `sha256:${"0".repeat(64)}` }),
    `Image "shop": version is "sha256:${"0".repeat(64)}", but it is no tag; write it like "v42".`,
  ],
  [
    "image: a tag that moves",
    (w) => w.image({ version: "latest" }),
    'Image "shop": version is "latest", but a tag that moves gives no release to go back to; use a tag of its own for each build, such as the commit\'s hash (npx sextant docs checks#mutable-tag).',
  ],
  [
    "image: no version of a context that is in no commit",
    (w) => w.image({ version: undefined }),
    `Image "shop": version has no value, and ${context} is in no commit that git knows; commit it, or give a tag of its own for each build.`,
  ],
  [
    "image: no such context",
    (w) => w.image({ context: "no/such" }),
    'Image "shop": context is "no/such", but there is no such directory on this machine; write it from the directory of the program.',
  ],
  [
    "image: uncommitted of another word",
    (w) => w.image({ uncommitted: "ignore" as "mark" }),
    'Image "shop": uncommitted is "ignore", but it is one of mark, refuse; choose one of these.',
  ],
  [
    "image: cache of another mode",
    (w) => w.image({ cache: { type: "gha", mode: "all" as "max" } }),
    'Image "shop": cache.mode is "all", but it is one of max, min; choose one of these.',
  ],
  [
    "image: cache of another type",
    (w) => w.image({ cache: { type: "s3" as "gha" } }),
    'Image "shop": cache.type is "s3", but it is one of registry, gha, local; choose one of these.',
  ],
  [
    "image: cache with another type's member",
    (w) => w.image({ cache: { type: "gha", image: "r.test/cache" } }),
    'Image "shop": cache.image has no meaning for a cache of type gha; leave it out, or write type: "registry".',
  ],
  [
    "image: local cache without a directory",
    (w) => w.image({ cache: { type: "local" } }),
    'Image "shop": cache.directory is missing; name the directory.',
  ],
  [
    "image: an option of the cache that has an argument",
    (w) => w.image({ cache: { type: "registry", options: { mode: "min" } } }),
    'Image "shop": cache.options.mode is said by cache.mode; write cache.mode.',
  ],
  [
    "image: an option of the cache that is none",
    (w) => w.image({ cache: { type: "registry", options: { "a=b,type": "inline" } } }),
    'Image "shop": cache.options.a=b,type is no name of an option of buildx; write it like "compression".',
  ],
  [
    "image: an option of the cache that is a secret",
    (w) => w.image({ cache: { type: "gha", options: { token: "canary-token" } } }),
    'Image "shop": cache.options.token seems to be a secret, which would be in the state and in each preview in clear; leave it out: GitHub\'s token is read from ACTIONS_RUNTIME_TOKEN.',
  ],
  [
    "image: an option of the cache with a line break",
    (w) => w.image({ cache: { type: "gha", options: { timeout: "5m\n" } } }),
    'Image "shop": cache.options.timeout holds a line break; write it in one line.',
  ],
  [
    "image: a generator that is no image",
    (w) => w.image({ sbom: "scanner,mode=max" }),
    'Image "shop": sbom is "scanner,mode=max", but it is no image; name a generator like "docker/buildkit-syft-scanner:1.9", or write true for BuildKit\'s own.',
  ],
  [
    "image: provenance of another mode",
    (w) => w.image({ provenance: "full" as "max" }),
    'Image "shop": provenance is "full", but it is one of min, max; choose one of these.',
  ],
  [
    "image: provenance twice",
    (w) => w.image({ provenance: "max", args: { BUILDKIT_ATTEST_PROVENANCE: "mode=min" } }),
    'Image "shop": args.BUILDKIT_ATTEST_PROVENANCE is what provenance makes of itself; leave it out.',
  ],
  [
    "image: build argument of a bad name",
    (w) => w.image({ args: { "RUBY-VERSION": "3" } }),
    'Image "shop": args.RUBY-VERSION is "RUBY-VERSION", but the name of a variable has letters, digits and underscores and does not start with a digit; rename it.',
  ],
  [
    "image: secret of a bad id",
    (w) => w.image({ secrets: { "a,b": "canary" } }),
    'Image "shop": secrets.a,b has an id that no Dockerfile can name: letters, digits, dots, hyphens and underscores; rename it.',
  ],
  [
    "image: ssh of another form",
    (w) => w.image({ ssh: ["default=a=b"] }),
    'Image "shop": ssh[0] is "default=a=b", but it is no id, and no id with a path; write it like "default" or "github=~/.ssh/github_ed25519".',
  ],
  [
    "image: an architecture as platform",
    (w) => w.image({ platforms: ["arm64"] }),
    'Image "shop": platforms[0] is "arm64", but a platform is a system and an architecture; write it like "linux/arm64".',
  ],
  [
    "image: a builder that is gone",
    (w) => w.image({ builder: w.gone }),
    'Image "shop": builder is "web-2", but that server is gone, so that nothing can be put on it; take it out here, or take gone out there once it is back (npx sextant docs checks#gone).',
  ],
  [
    "registry: address with a scheme",
    () => new Registry("r", { address: "https://ghcr.io", username: "a", password: "b" }),
    'Registry "r": address is "https://ghcr.io", but a registry is a host without scheme and path; write "ghcr.io".',
  ],
  [
    "registry: no password",
    () => new Registry("r", { address: "ghcr.io", username: "a", password: "" }),
    'Registry "r": password is missing or empty; set it with pulumi config set --secret, and read it with config.requireSecret.',
  ],
  [
    "registry: password with a line break",
    () => new Registry("r", { address: "ghcr.io", username: "a", password: "b\n" }),
    'Registry "r": password holds a line break, which a login cannot carry; set it again without; a file that is read into a secret ends with a line break as a rule.',
  ],
  [
    "registry: user with a colon",
    () => new Registry("r", { address: "ghcr.io", username: "a:b", password: "c" }),
    'Registry "r": username is "a:b", but it holds a colon, which a login cannot carry; give the user alone.',
  ],
  [
    "registry: insecure where there is TLS",
    () => new Registry("r", { address: "ghcr.io", username: "a", password: "b", insecure: true }),
    'Registry "r": insecure is true, but ghcr.io has TLS that everybody can check; leave it out.',
  ],
  [
    "server: two registries that are Docker Hub",
    (w) =>
      w.server({
        registries: ["docker.io", "index.docker.io"].map(
          (address) => new Registry(address, { address, username: "a", password: "b" }),
        ),
      }),
    'Server "web-1": registries is "index.docker.io", but an address has one set of credentials; keep one of them.',
  ],
  [
    "server: a registry that its Docker alone takes for insecure",
    (w) =>
      w.server({
        registries: [new Registry("r", { address: "r.test:5000", username: "a", password: "b" })],
        daemon: { "insecure-registries": ["r.test:5000"] },
      }),
    'Server "web-1": daemon.insecure-registries is "r.test:5000", but by it Docker sends the login of Registry "r" without TLS; leave it out, or say insecure: true at that Registry, which lists it here as well.',
  ],
];
