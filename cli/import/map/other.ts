/** The keys that are about Kamal itself: what was done by it, and is done otherwise here. */
import { shown } from "../decision";
import type { Reader } from "../reader";
import type { Context } from "./context";

const hookWords: Readonly<Record<string, string>> = {
  "docker-setup": "it is hooks.afterDocker of an ExistingServer, which runs once for each machine",
  "pre-connect": "it is ssh.beforeConnect of an ExistingServer, for pulumi and for sextant",
  "pre-build":
    "it is hooks.beforeBuild of an Image, where pulumi up builds; else a step before the build, in CI",
  "pre-deploy":
    "it is hooks.beforeRelease of the App, once it does without Kamal; a command in the app's own container, such as a migration, is release of the App",
  "pre-app-boot": "it is hooks.beforeBatch of the App, once it does without Kamal",
  "post-app-boot": "it is hooks.afterBatch of the App, once it does without Kamal",
  "post-deploy": "it is hooks.afterRelease of the App, once it does without Kamal",
  "pre-proxy-reboot":
    "the proxy is replaced without refusing a connection, and nothing has to be taken out of rotation",
  "post-proxy-reboot":
    "the proxy is replaced without refusing a connection, and nothing has to be put back into rotation",
};

const shownAlways = "it is hooks.output of the App; what a hook prints is shown without it.";

/** Says what becomes of hooks, output and the like. */
export function otherKeys(root: Reader, { notes }: Context, hooks: readonly string[]): void {
  for (const hook of hooks) {
    const words = hookWords[hook] ?? "Kamal knows no hook of that name";
    notes.add(`.kamal/hooks/${hook}`, words.startsWith("it is") ? "act" : "none", `${words}.`);
  }
  root.decide(
    "hooks_path",
    "none",
    "hooks are lines of the program; those of that directory are named here.",
  );
  if (typeof root.value["hooks_output"] === "object")
    for (const key of root.map("hooks_output")?.keys ?? [])
      root.map("hooks_output")?.decide(key, "differs", shownAlways);
  else root.decide("hooks_output", "differs", shownAlways);
  root.decide(
    "secrets_path",
    "differs",
    "secrets are values of the stack, encrypted in Pulumi.<stack>.yaml.",
  );
  root.decide(
    "require_destination",
    "differs",
    "a stack has always to be selected, and each is a destination.",
  );
  root.decide("minimum_version", "differs", "package.json says which version of the library it is.");
  root.decide(
    "run_directory",
    "none",
    "what a host has of the library is below /usr/local/lib/sextant; Kamal reads the key and does nothing by it.",
  );
  const kit = root.map("sshkit");
  kit?.decide(
    "max_concurrent_starts",
    "differs",
    "PULUMI_PARALLEL says how much is done at a time; there is one connection a host.",
  );
  kit?.decide("pool_idle_timeout", "none", "there is one connection a host for as long as a run takes.");
  kit?.decide("dns_retries", "none", "a host that is not reached is tried again for a while.");
  const output = root.map("output");
  for (const [key, value] of Object.entries(output?.value ?? {})) {
    output?.take(key);
    notes.add(
      `output.${key}`,
      key === "otel" ? "differs" : "none",
      key === "otel"
        ? "pulumi up 2>&1 | npx sextant otel URL ships what is printed."
        : "pulumi up prints what it does; pulumi up 2>&1 | tee FILE keeps it.",
      shown("", value),
    );
  }
}
