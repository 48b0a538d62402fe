import { describe, expect, it } from "vitest";
import { sextant } from "../../../../cli/program";
import { checkCommands } from "../../../../components/app/checks/check-commands";
import { ownCommands } from "../../../../provider/core/own-commands";

describe("the commands of an app", () => {
  it("may be console, dbconsole and shell, and none of sextant's other own", () => {
    const own = sextant().commands.flatMap((command) => [command.name(), ...command.aliases()]);
    const given = ["console", "dbconsole", "shell"];
    expect(own).toEqual(expect.arrayContaining(given));
    expect([...ownCommands].sort()).toEqual([...own.filter((name) => !given.includes(name)), "help"].sort());
    expect(checkCommands(Object.fromEntries(given.map((name) => [name, ["true"]])))).toEqual([]);
  });
});
