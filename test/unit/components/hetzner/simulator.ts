/** The simulator in a process of its own, with machines that are only written down: prints its endpoint, ends with its input. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHetzner } from "../../../../lab/hetzner/server";
import { Recorder } from "../../lab/hetzner/recorder";

const folder = mkdtempSync(join(tmpdir(), "sextant-ask-"));
const hetzner = createHetzner({
  machines: new Recorder(),
  stateFile: join(folder, "state.json"),
  token: process.env["HCLOUD_TOKEN"] ?? "",
  actionDelayMs: 5,
});
void hetzner.listen().then((endpoint) => {
  console.log(endpoint);
});
process.stdin.on("end", () => {
  void hetzner.close().then(() => {
    rmSync(folder, { recursive: true });
    process.exit(0);
  });
});
process.stdin.resume();
