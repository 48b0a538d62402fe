/** Kamal's keys of the top level, of roles, of the environment, registries, logs and the builder. */
import { lab, refusal, unit } from "../proof";
import { has, replaced, replacedBy, type Area, type Test } from "../row";
import {
  fromNothing,
  held,
  hooksOnce,
  listed,
  named,
  newContainer,
  noneSwitched,
  ownRegistry,
  release,
  shipped,
} from "../shared";

const edited = "an edit under load touches what it should and loses nothing";
const login = lab("registry", "a login > of odd characters is sent");
const settings = unit(
  "components/app/app",
  "App > gives labels and the log driver of the app, and a role's own in their place, to the containers",
);
const body = unit("provider/docker/container-body", "the body of a container > is what Docker's API takes");
const anyBody = unit(
  "provider/docker/container-body",
  "the body of a container > takes anything else of the API, laid over",
);
const roles = unit(
  "components/app/plan",
  "rolesOf > gives the app's route to the first role and its settings to all, with the role's own over them",
);
/** A configuration that is imported, and whose program is previewed. */
const importedAs = (name: string): Test => ({
  ...lab("import", "a program from Kamal's configuration > %s previews as the stack %s"),
  case: { file: "test/lab/import.test.ts", name },
});
const stacks = lab("stacks", "staging > plans one server with everything on it");
const assetsShared = lab(
  "assets",
  "the assets of two releases > are all there on both servers while a release goes over them, and after it",
);
const image = (name: string): Test => lab("image", `an image > ${name}`);
const built = image("is built on a server and pushed, and its digest is deployed");
const hidden = image("has read its secret, which is in no layer, no state and no words");
const again = image("is built again for another argument, and the same release gets its new content");
const production = image("goes from a commit to production");
const marked = image("is marked where a change is in no commit, and the preview says which entry it is");
const build = (name: string): Test => unit("components/build/plan", `a build > ${name}`);
const arch = build("is for the architectures of its servers, each once and in one order");
const ssh = build("has agents and keys apart from their ids");
const cache = (name: string): Test => unit("components/build/cache", `the cache of a build > ${name}`);
const attested = image("has an sbom and its provenance beside it in the registry, and serves as before");
const plan = build("has its secrets as secrets alone");
const packed = [
  "pack build as a command of the program, whose output is App.version",
  "because pack is a program that builds and pushes by itself, and no library",
  unit(
    "docs/guide",
    "the guide's programs > compile, each by itself, with the settings that sextant init writes",
  ),
] as const;
const ownNames = unit(
  "provider/docker/container-body",
  "the body of a container > of a role knows its name and its stack, where the program says nothing else, and no other container does",
);

export const topLevel: Area = {
  title: "Keys of the top level",
  rows: [
    has("service", "the names of the project and the App", fromNothing),
    has("image", "App.image", release),
    has("servers", "App.roles, each with its servers", fromNothing),
    has(
      "labels",
      "App.labels; unit tests alone show that Docker gets them",
      settings,
      body,
      refusal("app: label of ours"),
    ),
    has(
      "volumes",
      "App.volumes: Docker volumes and paths of the host, with Docker's options behind a colon, as `:ro` and `:z`",
      unit("components/app/app", "App > mounts volumes with Docker's options behind their paths"),
      lab(
        "data",
        "data > is not left behind on another host, and goes along, or stays there, where the program says so",
      ),
    ),
    has("asset_path", "App.assetPath; on all hosts before the first switch, and read-only", assetsShared),
    has("error_pages_path", "errorPages of the App", held),
    has("primary_role", "the first role of the program", roles, listed),
    has(
      "allow_empty_roles",
      "allowEmptyRoles of the App; without it a role without servers is refused",
      unit(
        "components/app/app",
        "App > is without a role that has no servers, where that is let be, and the route stays with the first one",
      ),
      refusal("app: role without servers"),
    ),
    replacedBy(
      "Pulumi",
      "require_destination",
      "a stack has to be selected",
      "each destination is a stack",
      stacks,
    ),
    replaced(
      "retain_containers",
      "App.retainImages",
      "going back takes the image, and starts a new container with today's settings",
      lab(
        "registry",
        "the clean-up > leaves three of six digests, that which serves among them, and of builds of one date those that came last",
      ),
    ),
    replacedBy(
      "npm",
      "minimum_version",
      "package.json and its lock file",
      "they name the version",
      unit("cli/init/render", "the other files > name the packages in the versions that fit the library"),
    ),
    has(
      "readiness_delay",
      "readyDelay of a role; the tests of the lab wait by it, and unit tests alone look at it",
      unit("provider/release/ready", "the words of a check > wait for a worker, and run its command"),
      unit("host/lib/rollout", "two generations at most > when releases are cut in their gates (worker: %s)"),
    ),
    has("deploy_timeout", "App.readyTimeout", noneSwitched),
    has("drain_timeout", "route.drainTimeout; requests of two seconds are finished", release),
    has(
      "stop_timeout",
      "stopTimeout of an App or a role",
      roles,
      unit(
        "provider/release/switch",
        "the words of a switch > are those of the role, the container and its route, with the proxy's flags at the end",
      ),
    ),
    replaced(
      "hooks_path",
      "hooks of the App",
      "a hook is a line of the program, wherever its script lies",
      hooksOnce,
    ),
    has(
      "hooks_output",
      "hooks.output of App, Image and servers, quiet or verbose, for all hooks of an App or by name; verbose without it",
      unit("components/app/app", "App > shows nothing of hooks that are quiet, all of them or by name"),
      unit(
        "components/core/hook",
        "a hook > is not shown where its output is quiet, which is the one word besides verbose",
      ),
    ),
    replacedBy(
      "Pulumi",
      "secrets_path",
      "values of the stack, encrypted in its configuration and in the state",
      "no file has them in the clear",
      lab("deploy", "secrets > are not in what Pulumi prints, in its state, or in its preview"),
    ),
    replacedBy(
      "npm",
      "aliases",
      "App.commands gives names to commands in a container; a name for another command of sextant is one of npm's scripts",
      "a program has a package.json",
      named,
      unit(
        "cli/completion",
        "a script of package.json > is a name for a command of sextant, with more words behind it",
      ),
    ),
    replacedBy(
      "Pulumi",
      "deploy.DESTINATION.yml",
      "a stack, with its configuration",
      "one program serves all, and says by itself what differs",
      stacks,
      importedAs("destinations"),
    ),
    replacedBy(
      "TypeScript",
      "ERB",
      "the program itself",
      "a program computes what it likes",
      importedAs("erb"),
    ),
    replacedBy(
      "TypeScript",
      "x-*",
      "constants of the program",
      "a program names what it uses twice",
      importedAs("anchors"),
    ),
    has(
      "unknown keys are refused",
      "by the compiler, and at preview in a sentence",
      unit("components/shape", "a wrong shape is refused in a sentence > %s %#"),
    ),
    has("check: automatic TLS on one host", "refused at preview", refusal("app: Let's Encrypt on two hosts")),
    has("check: host names are unique", "refused at preview", refusal("app: host and path of another app")),
    has(
      "check: one proxy.run a host",
      "refused at preview; of another stack, at the first step",
      unit("components/refusals", "several bad arguments are said at once > of a second proxy on a host"),
      lab(
        "proxy",
        "a second stack on the server > is refused a proxy of its own with the owner's name, and leaves the first one as it is",
      ),
    ),
  ],
};

export const roleKeys: Area = {
  title: "Keys of servers and roles",
  rows: [
    has("servers: list of hosts", "a role of several servers", fromNothing),
    replaced(
      "servers: tags of a host",
      "a role for each set of tags, which sextant import writes",
      "a role has one environment",
      importedAs("tags"),
    ),
    has("servers.ROLE.hosts", "roles.ROLE.servers", lab("deploy", `${edited} > a server, added and removed`)),
    has("servers.ROLE.cmd", "roles.ROLE.command", lab("deploy", `${edited} > a role, added and removed`)),
    has(
      "servers.ROLE.proxy",
      "roles.ROLE.route, one or several",
      lab("deploy", `${edited} > a route over TLS with a certificate of one's own`),
      lab(
        "interruptions",
        "what is routed > goes from the proxy when the route is taken off, and comes again",
      ),
    ),
    has(
      "servers.ROLE.options",
      "resources and restart, and whatever Docker's API knows in transform.container.body, which sees the name of each role's container",
      anyBody,
      lab("deploy", `${edited} > resources`),
    ),
    has("servers.ROLE.env", "roles.ROLE.env and secrets, over those of the App", roles),
    has(
      "servers.ROLE.logging",
      "roles.ROLE.logging; unit tests alone show that Docker gets it",
      settings,
      body,
    ),
    has(
      "servers.ROLE.labels",
      "roles.ROLE.labels; unit tests alone show that Docker gets them",
      settings,
      body,
    ),
    has("servers.ROLE.stop_timeout", "roles.ROLE.stopTimeout", roles),
    has(
      "servers.ROLE.asset_path",
      "roles.ROLE.assetPath, for roles with a route",
      assetsShared,
      refusal("app: assets of a worker"),
    ),
  ],
};

export const environmentKeys: Area = {
  title: "Environment, registry, logging, output",
  rows: [
    has("env.clear", "env of an App or a role", lab("deploy", `${edited} > environment`)),
    replacedBy(
      "TypeScript",
      "env.clear: ${X} from the host's shell",
      "process.env.X in the program, of the machine that runs Pulumi; KAMAL_HOST tells a host apart",
      "a preview shows the value",
      lab("deploy", `${edited} > environment`),
      newContainer,
    ),
    has("env.secret", "secrets of an App or a role", lab("deploy", `${edited} > a secret`)),
    has("env.secret: NAME:KEY", "a variable has any secret of the stack", newContainer),
    replaced(
      "env.tags",
      "a role for each set of tags, which sextant import writes",
      "a role has one environment",
      importedAs("tags"),
    ),
    has(
      "KAMAL_HOST and KAMAL_VERSION in containers",
      "they are there by themselves; a unit test alone looks for KAMAL_VERSION",
      unit(
        "components/app/app",
        "App > gives the release command what the containers have, as data and not by a shell",
      ),
      newContainer,
    ),
    has(
      "KAMAL_CONTAINER_NAME in containers",
      "it is there by itself; a unit test alone looks for it",
      ownNames,
    ),
    has("KAMAL_DESTINATION in containers", "the stack; a unit test alone looks for it", ownNames),
    has("registry.server", "Registry.address", login),
    has("registry.username", "Registry.username", login),
    has("registry.password", "Registry.password, always a secret", login),
    replaced(
      "registry.server: localhost",
      "ServerRegistry, a registry on one of the servers",
      "your own Docker builds, and what is missing goes to one server by SSH, once for all of them; a rollback needs no laptop",
      ownRegistry,
      shipped,
    ),
    has("logging.driver", "logging.driver; unit tests alone show that Docker gets it", settings, body),
    has("logging.options", "logging.options; unit tests alone show that Docker gets them", settings, body),
    has(
      "output.otel",
      "pulumi up 2>&1 | npx sextant otel URL: the lines of a run as log records, of which no secret is one",
      unit(
        "cli/otel",
        "sextant otel > passes on what a run prints, and ships each line once, in order, with whose run it was",
      ),
      lab("deploy", "secrets > are not in what Pulumi prints, in its state, or in its preview"),
    ),
    replacedBy(
      "the shell",
      "output.file",
      "pulumi up 2>&1 | tee FILE",
      "no secret is in what is printed",
      lab("deploy", "secrets > are not in what Pulumi prints, in its state, or in its preview"),
    ),
  ],
};

export const builderKeys: Area = {
  title: "Builder",
  rows: [
    has("builder.arch", "platforms of the Image, or the architectures of its servers", built, arch),
    replaced(
      "builder.remote",
      "builder of the Image: a server that the program knows, reached as all else on it",
      "its own BuildKit builds; Docker there keeps its images in containerd",
      built,
    ),
    replaced(
      "builder.local",
      "builder of the Image, or none: there is one builder at a time",
      "a builder for each architecture has no counterpart",
      plan,
    ),
    has("builder.context", "context of the Image; without, the folder of the program and no clone", built),
    has("builder.dockerfile", "dockerfile of the Image", built),
    has("builder.target", "target of the Image", built),
    has("builder.args", "args of the Image", again),
    has("builder.secrets", "secrets of the Image", hidden),
    has("builder.ssh", "ssh of the Image; a unit test alone shows what docker-build gets", ssh),
    has(
      "builder.cache.type",
      "cache.type of the Image; the lab has a registry, gha is a unit test's",
      built,
      cache("is read where it is written"),
    ),
    has(
      "builder.cache.options",
      "cache.mode and cache.options of the Image; a token is none, since GitHub gives a job its own",
      built,
      cache(
        "has further options where it is written, and where GitHub's is read those by which it is reached",
      ),
    ),
    has("builder.cache.image", "cache.image of the Image", built, cache("is read where it is written")),
    replaced(
      "builder.driver",
      "builder of the Image: the name of a builder of buildx, with the driver that it was made with, or a server, whose own Docker builds",
      "because the driver is the builder's, which docker buildx create makes, and an update does not change it",
      plan,
    ),
    replacedBy("Pulumi", "builder.pack.builder", ...packed),
    replacedBy("Pulumi", "builder.pack.buildpacks", ...packed),
    has("builder.provenance", "provenance of the Image", attested),
    has("builder.sbom", "sbom of the Image, with BuildKit's own generator or another image", attested),
    has("the version is the commit", "version of the Image", built, production, marked),
  ],
};
