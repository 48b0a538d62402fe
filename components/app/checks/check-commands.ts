/** What can be wrong with the commands that an app has names for. */
import * as check from "../../core/checks";
import type { Problem } from "../../core/problem";
import { isCommandName, ownCommands } from "../../../provider/core/own-commands";

export function checkCommands(commands: Readonly<Record<string, readonly string[]>> = {}): Problem[] {
  return Object.entries(commands).flatMap(([name, words]) => {
    const argument = `commands.${name}`;
    if (!isCommandName(name)) {
      const rule = "a name has lower-case letters, digits and dashes, and begins with a letter";
      return [{ argument, fault: `is no name: ${rule}`, cure: 'name it like "console"' }];
    }
    if (ownCommands.includes(name)) {
      const fault = `is never run: npx sextant ${name} is a command of its own`;
      return [{ argument, fault, cure: "give it another name" }];
    }
    return check.notEmpty(argument, words, "give the command as a list of words");
  });
}
