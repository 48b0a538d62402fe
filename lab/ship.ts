/**
 * A changed page of the sample app on its way to production: what `npm run demo -- ship` measures. The app's sources are copied once, so
 * that the checkout stays as it is.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tryRun } from "./docker/exec";
import type { TimedStep } from "./events";
import { labDir, repoRoot } from "./paths";

/** The app's own layers are in the lab's registry; a release of it is its sources. */
const dockerfile = `ARG HUB
FROM \${HUB}/shop:v1
COPY --chown=rails:rails app app
ARG VERSION
RUN echo "$VERSION" >tmp/version
`;

/** Where the sources are. */
export const sourcesDir = (): string => join(labDir(), "ship");

/** Puts the sources there, where they are not, and changes the page. */
export function changePage(version: string): void {
  const directory = sourcesDir();
  if (!existsSync(directory)) {
    mkdirSync(directory, { recursive: true });
    cpSync(join(repoRoot, "lab/images/shop/app"), join(directory, "app"), { recursive: true });
  }
  writeFileSync(join(directory, "Dockerfile"), dockerfile);
  const page = join(directory, "app/views/orders/index.html.erb");
  writeFileSync(page, shippedAs(readFileSync(page, "utf8"), version));
}

/** The text of a page as it is in that version, whatever it was in the one before. */
export const shippedAs = (page: string, version: string): string =>
  `${page.replace(/\n<!-- shipped as .* -->\n$/, "")}\n<!-- shipped as ${version} -->\n`;

/** Seconds of each part of a run. */
export interface Parts {
  /** The build with its push. */
  build: number;
  /** The pull on all hosts. */
  transfer: number;
  /** The rest: gates, switches, what is stopped and cleaned up. */
  rollout: number;
}

/** The parts of a run, by the steps of the engine. */
export function partsOf(steps: readonly TimedStep[], seconds: number): Parts {
  const of = (type: string): number =>
    steps.filter((step) => step.type === type).reduce((sum, { ms }) => sum + ms, 0) / 1000;
  const build = of("docker-build:index:Image");
  const transfer = of("sextant:index:Pull");
  return { build, transfer, rollout: Math.max(0, seconds - build - transfer) };
}

/** Bytes that this machine sends to servers over ssh while it is watched. */
export class SentBytes {
  private readonly most = new Map<string, number>();
  private readonly timer = setInterval(() => void this.look(), 200);
  private looking: Promise<void> = Promise.resolve();

  /** All bytes since the start, once it has been stopped. */
  async stop(): Promise<number> {
    clearInterval(this.timer);
    await this.looking;
    return [...this.most.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  private look(): Promise<void> {
    this.looking = this.looking.then(async () => {
      const { stdout } = await tryRun("ss", ["-tinOH", "dport", "=", ":22"]);
      for (const [connection, bytes] of sentBy(stdout))
        this.most.set(connection, Math.max(bytes, this.most.get(connection) ?? 0));
    });
    return this.looking;
  }
}

/** What each connection has sent, by both its ends, as `ss -tinOH` prints it. */
export function sentBy(text: string): [string, number][] {
  return text.split("\n").flatMap((line): [string, number][] => {
    const [, , , from = "", to = ""] = line.split(/\s+/);
    const sent = /\bbytes_sent:(\d+)/.exec(line)?.[1];
    // What was sent once more is counted twice.
    const again = /\bbytes_retrans:(\d+)/.exec(line)?.[1] ?? 0;
    return sent === undefined ? [] : [[`${from} ${to}`, Number(sent) - Number(again)]];
  });
}
