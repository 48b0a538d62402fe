/**
 * What the resource of a push does: brings an image that was built on this machine into a registry on a server, over the server's ssh. It
 * speaks to the registry itself, by the certificate of the registry's clients; nothing of this machine's Docker is asked for that.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { connect as encrypt } from "node:tls";
import { changed } from "../changes";
import { inBytes } from "../core/bytes";
import { onOneHost } from "../on-one-host";
import type { ResourceProvider } from "../resource-provider";
import { say, sayDoing } from "../say";
import type { SshAddress } from "../ssh/address";
import { isInterrupted } from "../ssh/children";
import { pace } from "../ssh/connections";
import { forwardOverSsh } from "../ssh/forward";
import { Unreached } from "../ssh/unreached";
import { Refused, RegistryClient } from "./client";
import { Layout, NotThere } from "./layout";
import { isThere, push, type Sent } from "./push";

/** An image on this machine, and where it goes. */
export interface ImagePushInputs {
  /** How the host of the registry is reached; another way to the same machine pushes nothing. */
  shell: SshAddress;
  /** The registry, as it stands in front of an image's name. */
  address: string;
  /** The IP address at which it listens, as its own host reaches it. */
  ip: string;
  /** What the registry's certificate is signed by, in PEM. */
  authority: string;
  /** The certificate of its clients, in PEM. */
  certificate: string;
  /** Its key in PEM; a secret. */
  privateKey: string;
  /** The repository, without the registry. */
  repository: string;
  /** The release. */
  tag: string;
  /** What was built, by its content. */
  digest: string;
  /** Where it lies on this machine, in OCI's image layout. */
  directory: string;
  /** The name of the build, for messages. */
  build: string;
}

/** The inputs as they were last set, and whether a refresh found the image gone from the registry. */
export interface ImagePushState extends ImagePushInputs {
  undone: boolean;
}

/** What is pushed, and where; how it is reached is none of it. */
const counts = ["address", "repository", "tag", "digest"] as const;
/** Milliseconds between two lines of how far it is. */
const tellMs = 500;
/** Tries that bring nothing, before it is given up: over a registry's restart, three quarters of a minute. */
const tries = 10;

/** Whether it has to be pushed. Pure. */
export function needsPush(olds: ImagePushState, news: ImagePushInputs): boolean {
  return (
    olds.undone || changed([...counts], olds, news).length > 0 || olds.shell.machine !== news.shell.machine
  );
}

/** Does something with the registry, over connections that end with it. */
async function withRegistry<T>(
  { shell, address, ip, authority, certificate, privateKey }: ImagePushInputs,
  work: (client: RegistryClient) => Promise<T>,
): Promise<T> {
  const [, host = "", port = ""] = /^(.*):(\d+)$/.exec(address) ?? [];
  const way = await forwardOverSsh(shell, ip, Number(port));
  const client = new RegistryClient(address, () =>
    encrypt({
      ...{ socket: way.connect(), servername: host, minVersion: "TLSv1.2" },
      ...{ ca: authority, cert: certificate, key: privateKey },
    }),
  );
  try {
    return await work(client);
  } catch (error) {
    if (error instanceof Refused || error instanceof NotThere || way.said() === "") throw error;
    throw new Error(`${(error as Error).message} (ssh: ${way.said()})`, { cause: error });
  } finally {
    client.close();
  }
}

/** Pushes it, and begins again where the connection was cut. What has come whole is not sent twice. */
async function bring(inputs: ImagePushInputs): Promise<void> {
  const { shell, address, repository, digest } = inputs;
  const layout = new Layout(inputs.directory);
  let [told, most, left, fruitless] = [0, 0, Infinity, 0];
  const sending = ({ sent, total }: Sent): void => {
    most = Math.max(most, total);
    if (total < left) fruitless = 0;
    left = Math.min(left, total);
    if (Date.now() - told < tellMs) return;
    told = Date.now();
    sayDoing(`${shell.name} gets the image: ${inBytes(sent)} of ${inBytes(total)}`);
  };
  for (;;) {
    try {
      const sent = await withRegistry(inputs, (client) => push(client, layout, inputs, sending));
      if (sent === undefined) return;
      say(
        `${shell.name}: ${saidOf({ ...sent, sent: Math.max(most, sent.sent) })} (${address}/${repository})`,
      );
      // Disk space alone: a later push does it, too.
      await layout.keepAlone(digest).catch(() => undefined);
      return;
    } catch (error) {
      fruitless += 1;
      const final = endOf(inputs, error, fruitless);
      if (final !== undefined) throw final;
      await sleep(fruitless * pace.second);
    }
  }
}

/** What a push came to, for the user. Pure. */
export function saidOf({ sent, total }: Sent): string {
  if (sent === 0) return `sent none of ${inBytes(total)}, all of it was there`;
  return `sent ${inBytes(sent)}${sent < total ? ` of ${inBytes(total)}, the rest was there` : ""}`;
}

/** Why it is not tried again, as an error; undefined where it is. @param fruitless how many tries have brought nothing, the last one among them */
function endOf(
  { shell, address, ip, directory, build }: ImagePushInputs,
  error: unknown,
  fruitless: number,
): Error | undefined {
  if (error instanceof Unreached || isInterrupted()) return error as Error;
  const why = error instanceof Error ? error.message : String(error);
  const said = (sentence: string) => new Error(`${shell.name}: ${sentence}`, { cause: error });
  const again = `pulumi up --replace '**docker-build:index:Image::${build}'`;
  if (error instanceof NotThere)
    return said(
      `${address} does not have the image, and this machine has not all of it (${directory}: ${why}), as where another one built it; build it here: ${again}.`,
    );
  if (error instanceof Refused)
    return said(
      `${why}; empty ${directory}, where the image was put together, and build it again: ${again}.`,
    );
  if (fruitless < tries) return undefined;
  // ssh says the same of both where the connection is one of several (openssh-portable mux.c, mux_stdio_confirm).
  if (/refused|prohibited|Stdio forwarding/.test(why))
    return said(
      `nothing was reached at ${ip} for ${address} (${why}); see that the registry's container runs (docker ps there), and that sshd forwards connections (AllowTcpForwarding in /etc/ssh/sshd_config), and run pulumi up again.`,
    );
  return said(
    `the push to ${address} was cut off (${why}), and again each time; see docker logs of the registry's container there, and run pulumi up again, which sends what is missing.`,
  );
}

const provider: ResourceProvider<ImagePushInputs, ImagePushState> = {
  async create(inputs) {
    await bring(inputs);
    return { id: `${inputs.address}/${inputs.repository}`, outs: { ...inputs, undone: false } };
  },

  diff: (_id, olds, news) =>
    Promise.resolve({
      changes: olds.undone || changed(Object.keys(news) as (keyof ImagePushInputs)[], olds, news).length > 0,
    }),

  async update(_id, olds, news) {
    if (needsPush(olds, news)) await bring(news);
    return { outs: { ...news, undone: false } };
  },

  async read(id, state) {
    if (state === undefined) throw new Error("a push cannot be imported");
    try {
      const there = await withRegistry(state, (client) => isThere(client, state));
      return { id, props: { ...state, undone: !there } };
    } catch (error) {
      if (error instanceof Unreached) throw error;
      say(
        `${state.shell.name}: ${state.address} was not asked for the image (${(error as Error).message}); what the state has of it stays as it is.`,
      );
      return { id, props: state };
    }
  },
};

// What was pushed stays in the registry: a release may be gone back to.
export const imagePushProvider = onOneHost(provider, () => undefined);
