/** The aliases: commands in a container become commands of the App, and of others it is said how it is done here. Pure. */
import { isCommandName, ownCommands } from "../../../provider/core/own-commands";
import { shown } from "../decision";
import { Fields } from "../node";
import type { Reader } from "../reader";
import { commandOf, wordsOf } from "../words";
import type { Context } from "./context";

/** Flags of `kamal app exec` by which nothing else is run, nor elsewhere. */
const harmless = ["-i", "--interactive", "-p", "--primary", "-q", "--quiet", "-v", "--verbose"];

/** The `commands` of the App. */
export function commandsOf(root: Reader, { notes }: Context): Fields {
  const aliases = root.map("aliases");
  let commands = new Fields();
  for (const [alias, given] of Object.entries(aliases?.value ?? {})) {
    aliases?.take(alias);
    const text = String(given as string);
    const words = inContainer(alias, text);
    if (words === undefined) {
      const here = otherwise(text);
      const sentence = here ?? "a script of package.json can have the command that does it here.";
      notes.add(`aliases.${alias}`, here === undefined ? "none" : "differs", sentence, shown("", given));
      continue;
    }
    commands = commands.with(alias, words);
    const said = [
      ...(text.includes("--reuse")
        ? []
        : ["in the container that runs, and with --new in one of its own, as here"]),
      ...(/(^|\s)(-p|--primary|-i|--interactive)(\s|$)/.test(text)
        ? []
        : ["on one host, and here on all of them"]),
    ];
    if (said.length > 0)
      notes.add(
        `aliases.${alias}`,
        "differs",
        `npx sextant ${alias} runs it ${said.join("; ")}.`,
        shown("", given),
      );
  }
  return commands;
}

/** The words of a command that runs in a container of the app, under a name that it can have here. */
function inContainer(alias: string, text: string): string[] | undefined {
  const [area, verb, ...rest] = wordsOf(text) ?? [];
  if (area !== "app" || verb !== "exec" || !isCommandName(alias) || ownCommands.includes(alias))
    return undefined;
  const command = rest.filter((word) => word !== "--reuse" && !harmless.includes(word));
  const [first] = command;
  if (first === undefined || command.some((word) => word.startsWith("-"))) return undefined;
  return command.length === 1 ? commandOf(first) : command;
}

/** How it is done here, where it is. */
function otherwise(text: string): string | undefined {
  const [area = "", verb = ""] = text.trim().split(/\s+/);
  const here: Readonly<Record<string, string>> = {
    "app exec": "npx sextant exec, with --role, --host or --each-host",
    "accessory exec": "npx sextant exec --accessory NAME, with --new in a container of its own",
    "server exec": "npx sextant run",
    "app logs": "npx sextant logs, with --role or --host",
    "accessory logs": "npx sextant logs --accessory NAME",
    "proxy logs": "npx sextant logs --proxy",
    "app details": "npx sextant ps",
    details: "npx sextant ps",
    "app maintenance": "npx sextant maintenance on",
    "app live": "npx sextant maintenance off",
    "app stop": "npx sextant stop --app NAME",
    "app start": "npx sextant start --app NAME",
    "accessory stop": "npx sextant stop --accessory NAME",
    "accessory start": "npx sextant start --accessory NAME",
    "app images": "npx sextant images",
    "proxy details": "npx sextant ps --proxy",
    "proxy restart": "npx sextant proxy restart",
    "proxy reboot": "npx sextant proxy restart",
    "proxy stop": "npx sextant proxy stop",
    "proxy start": "npx sextant proxy start",
    "lock status": "npx sextant lock",
    "lock acquire": "npx sextant lock REASON",
    "lock release": "npx sextant unlock",
    prune: "npx sextant prune",
    audit: "npx sextant audit",
    rollback: "npx sextant rollback VERSION",
    "accessory restart": "npx sextant restart --accessory NAME",
    "accessory reboot": "npx sextant restart --accessory NAME",
    deploy: "pulumi up --config version=TAG",
    redeploy: "pulumi up --config version=TAG",
  };
  const words = here[`${area} ${verb}`] ?? here[area];
  return words === undefined ? undefined : `it is ${words}; a script of package.json can have a name for it.`;
}
