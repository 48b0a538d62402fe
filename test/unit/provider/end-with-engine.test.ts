import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { buildSync } from "esbuild";
import { expect, it } from "vitest";
import { engineIn } from "../../../provider/end-with-engine";

it("knows the engine by its address among the words of a plugin", () => {
  expect(engineIn(["--logtostderr", "-v=9", "127.0.0.1:40123"])).toEqual({ host: "127.0.0.1", port: 40123 });
  expect(engineIn(["[::1]:40123"])).toEqual({ host: "::1", port: 40123 });
  expect(engineIn(["--tracing", "https://192.0.2.1:4317", "up"])).toBeUndefined();
  expect(engineIn([])).toBeUndefined();
});

it("lives as long as the engine, and ends soon after it", async () => {
  const directory = mkdtempSync(join(tmpdir(), "sextant-engine-"));
  const outfile = join(directory, "plugin.cjs");
  buildSync({
    stdin: {
      contents: `import { endWithEngine } from "./end-with-engine"; endWithEngine(undefined, 100); setInterval(() => 0, 1000); console.log("up");`,
      resolveDir: join(__dirname, "../../../provider"),
    },
    outfile,
    bundle: true,
    platform: "node",
  });
  const engine = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
  await once(engine, "listening");
  const plugin = spawn(process.execPath, [outfile, `127.0.0.1:${(engine.address() as AddressInfo).port}`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    await once(plugin.stdout, "data");
    await sleep(600);
    expect(plugin.exitCode).toBeNull();
    const ended = once(plugin, "exit");
    engine.close();
    expect(await Promise.race([ended, sleep(10_000)])).toEqual([1, null]);
  } finally {
    plugin.kill();
    engine.close();
    rmSync(directory, { recursive: true });
  }
});
