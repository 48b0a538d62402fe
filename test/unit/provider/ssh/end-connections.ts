/** Ends the connections of ssh that are kept warm, with what goes through them. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** @param run the directory that XDG_RUNTIME_DIR has named */
export function endConnections(run: string): void {
  const sockets = join(run, "sextant");
  if (!existsSync(sockets)) return;
  for (const socket of readdirSync(sockets, { withFileTypes: true }))
    if (socket.isSocket())
      execFileSync("ssh", ["-O", "exit", "-o", `ControlPath=${join(sockets, socket.name)}`, "host"], {
        stdio: "ignore",
      });
}
