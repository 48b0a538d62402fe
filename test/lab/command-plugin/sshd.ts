/** An OpenSSH server of its own: own port on the loopback address, own keys, ended by its process. */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { patient } from "../../../lab/docker/packages";

const run = promisify(execFile);
const server = "/usr/sbin/sshd";

export interface SshdOptions {
  /** A port that was free; one is chosen otherwise. */
  port?: number;
  /** Variables that clients may set. */
  acceptEnv?: string;
  /** Whether files can be copied. */
  sftp?: boolean;
  /** A server whose keys this one has too. */
  keysOf?: Sshd;
  /** Whether it writes each login to its file `log`, instead of errors alone to the test's output. */
  log?: boolean;
  /** More lines of its settings. */
  settings?: string[];
}

export class Sshd {
  private constructor(
    readonly directory: string,
    readonly port: number,
    private readonly process: ChildProcess,
  ) {}

  static async start(options: SshdOptions = {}): Promise<Sshd> {
    await requireOpenSsh();
    const directory = mkdtempSync(join(tmpdir(), "sshd-"));
    if (options.keysOf) cpSync(options.keysOf.directory, directory, { recursive: true });
    else await makeKeys(directory);
    const port = options.port ?? (await freePort());
    const settings = [
      `Port ${String(port)}`,
      "ListenAddress 127.0.0.1",
      ...(options.settings ?? []),
      `HostKey ${join(directory, "host_ed25519")}`,
      `HostKey ${join(directory, "host_rsa")}`,
      `AuthorizedKeysFile ${join(directory, "authorized_keys")}`,
      "PermitRootLogin prohibit-password",
      "PasswordAuthentication no",
      "KbdInteractiveAuthentication no",
      "StrictModes no",
      "UsePAM no",
      "PidFile none",
      `LogLevel ${options.log ? "VERBOSE" : "FATAL"}`,
      ...(options.sftp === false ? [] : ["Subsystem sftp internal-sftp"]),
      ...(options.acceptEnv ? [`AcceptEnv ${options.acceptEnv}`] : []),
    ];
    const config = join(directory, "sshd_config");
    writeFileSync(config, settings.join("\n") + "\n");
    const log = options.log ? openSync(join(directory, "log"), "a") : "inherit";
    const child = spawn(server, ["-D", "-e", "-f", config], { stdio: ["ignore", "ignore", log] });
    if (log !== "inherit") closeSync(log);
    const sshd = new Sshd(directory, port, child);
    await sshd.listening();
    return sshd;
  }

  /** What a program writes as `connection` for this server. */
  get connection() {
    return {
      host: "127.0.0.1",
      port: this.port,
      user: userInfo().username,
      privateKey: this.file("login"),
      dialErrorLimit: 1,
    };
  }

  file(name: string): string {
    return readFileSync(join(this.directory, name), "utf8");
  }

  /** Connections that are logged in or at it: the server's own child processes. */
  async connections(): Promise<number> {
    const { stdout } = await run("ps", ["-o", "pid=", "--ppid", String(this.process.pid)]).catch(() => ({
      stdout: "",
    }));
    return stdout.split("\n").filter((line) => line.trim() !== "").length;
  }

  async stop(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const ended = once(this.process, "exit");
      this.process.kill();
      await ended;
    }
    rmSync(this.directory, { recursive: true, force: true });
  }

  private async listening(): Promise<void> {
    for (let tries = 0; tries < 100; tries++) {
      const socket = connect(this.port, "127.0.0.1");
      const answered = await Promise.race([
        once(socket, "data").then(() => true),
        once(socket, "error").then(
          () => false,
          () => false,
        ),
      ]).catch(() => false);
      socket.destroy();
      if (answered) return;
      if (this.process.exitCode !== null) break;
      await sleep(50);
    }
    throw new Error(`sshd: it does not answer on port ${String(this.port)}; its own message is above.`);
  }
}

async function makeKeys(directory: string): Promise<void> {
  const keys = [
    ["host_ed25519", "ed25519", ""],
    ["host_rsa", "rsa", ""],
    ["login", "ed25519", ""],
    ["locked", "ed25519", "open sesame"],
  ] as const;
  for (const [name, type, password] of keys)
    await run("ssh-keygen", ["-q", "-t", type, "-N", password, "-C", "test", "-f", join(directory, name)]);
  const publicKeys = ["login.pub", "locked.pub"].map((file) => readFileSync(join(directory, file), "utf8"));
  writeFileSync(join(directory, "authorized_keys"), publicKeys.join(""));
}

/** A port on which nothing listens. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}

async function requireOpenSsh(): Promise<void> {
  if (!existsSync(server)) {
    if (userInfo().uid !== 0) throw new Error("sshd: it is not installed; install openssh-server.");
    // The run level keeps the package from starting a server of its own.
    const env = { ...process.env, RUNLEVEL: "1", DEBIAN_FRONTEND: "noninteractive" };
    await run("apt-get", ["install", ...patient, "-y", "--no-install-recommends", "openssh-server"], { env });
  }
  if (userInfo().uid === 0) mkdirSync("/run/sshd", { recursive: true });
}
