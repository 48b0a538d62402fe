/** The lab's images: each folder with a Dockerfile, made when what goes into it has changed. */
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { tryRun } from "../docker/exec";
import { type Docker, type Progress, ensureDocker } from "../docker/docker";
import { baseKey, baseTags, buildBase } from "./base";
import { contentKey, labels } from "./key";

/** One image of a folder; `image.json` lists them where there is more than `sextant/<folder>`. */
interface Build {
  tag: string;
  args?: Record<string, string>;
  target?: string;
  /** Another platform than that of this machine; only for what stands on nothing. @example "linux/arm64" */
  platform?: string;
  /** Made only when it is asked for by its tag: nothing of the lab's everyday needs it. */
  onDemand?: boolean;
}

interface Image extends Build {
  folder: string;
  /** Files from elsewhere, by their name in the build context. */
  extra: Record<string, string>;
  key: string;
  /** Tags of the lab's images that it stands on. */
  bases: string[];
  /** Of these, and of what they stand on, the Debians. */
  grounds: string[];
}

/** Files of a folder that describe the build and are no part of it. */
const notContext = ["image.json", "prepare.ts", "README.md"];

/** Makes the images that are missing or out of date; with nothing to do it is one `docker image inspect`. */
export async function ensureImages(
  options: { only?: string[]; docker?: Docker; progress?: Progress } = {},
): Promise<void> {
  const progress = options.progress ?? (() => undefined);
  const docker = options.docker ?? (await ensureDocker(progress));
  // Files from elsewhere may take minutes to make, in another process too; the images without any need not wait.
  for (const prepared of [false, true]) {
    const images = await describe(options.only, prepared, progress);
    if (images.length === 0) continue;
    const grounds = baseTags.filter((tag) => images.some((image) => image.grounds.includes(tag)));
    const present = await presentKeys(docker, [...grounds, ...images.map((image) => image.tag)]);
    for (const tag of grounds) {
      if (present.get(tag) !== baseKey(tag))
        await timed(progress, tag, () => buildBase(docker, tag, progress));
    }
    for (const image of images) {
      if (present.get(image.tag) !== image.key)
        await timed(progress, image.tag, () => build(docker, image, progress));
    }
  }
}

/** The tags of the lab's images, but for those that are made on demand. */
export function imageTags(): string[] {
  return folders()
    .flatMap(draftsOf)
    .filter(({ onDemand }) => onDemand !== true)
    .map(({ tag }) => tag);
}

const folders = (): string[] =>
  readdirSync(__dirname).filter((name) => existsSync(join(__dirname, name, "Dockerfile")));

/**
 * The images of all folders, or of those named, each after what it stands on: either those that are prepared with files
 * from elsewhere, or the others.
 */
async function describe(only: string[] | undefined, prepared: boolean, progress: Progress): Promise<Image[]> {
  const drafts = new Map(
    folders()
      .flatMap(draftsOf)
      .map((draft) => [draft.tag, draft]),
  );
  const extras = new Map<string, Extra>();
  const done = new Map<string, Image>(
    baseTags.map((tag) => [
      tag,
      { tag, folder: "", extra: {}, key: baseKey(tag), bases: [], grounds: [tag] },
    ]),
  );
  const visit = async (tag: string, path: string[]): Promise<Image> => {
    const finished = done.get(tag);
    if (finished) return finished;
    const draft = drafts.get(tag);
    if (!draft || path.includes(tag)) {
      throw new Error(
        `lab images: ${path.at(-1) ?? "the request"} stands on ${tag}, which no folder of lab/images makes.`,
      );
    }
    const bases: Image[] = [];
    for (const base of draft.bases) bases.push(await visit(base, [...path, tag]));
    const extra = extras.get(draft.folder) ?? (await extraOf(draft.folder, progress));
    extras.set(draft.folder, extra);
    const grounds = [...new Set(bases.flatMap((base) => base.grounds))];
    const keys = bases.map(({ key }) => key);
    const image = { ...draft, grounds, extra: extra.files, key: keyOf(draft, keys, extra.key) };
    done.set(tag, image);
    return image;
  };
  const wanted = [...drafts.values()].filter(
    (draft) =>
      (only ? only.includes(draft.tag) || only.includes(everyday(draft)) : draft.onDemand !== true) &&
      isPrepared(draft.folder) === prepared,
  );
  for (const draft of wanted) await visit(draft.tag, []);
  for (const tag of baseTags) done.delete(tag);
  return [...done.values()];
}

type Draft = Omit<Image, "key" | "extra" | "grounds">;

/** The name of a folder by which all its images are meant that are not made on demand. */
const everyday = ({ folder, onDemand }: Draft): string => (onDemand === true ? "" : `sextant/${folder}`);

function draftsOf(folder: string): Draft[] {
  const dir = join(__dirname, folder);
  const dockerfile = readFileSync(join(dir, "Dockerfile"), "utf8");
  const froms = (args: Record<string, string>): string[] => {
    const defaults = [...dockerfile.matchAll(/^ARG\s+(\w+)=(\S*)$/gm)].map((match) => [match[1], match[2]]);
    const values = { ...(Object.fromEntries(defaults) as Record<string, string>), ...args };
    const text = dockerfile.replace(/\$\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
    return [...text.matchAll(/^(?:FROM|COPY\s+--from=)\s*(sextant\/\S+)/gim)].map((match) => match[1] ?? "");
  };
  const { builds } = existsSync(join(dir, "image.json"))
    ? (JSON.parse(readFileSync(join(dir, "image.json"), "utf8")) as { builds: Build[] })
    : { builds: [{ tag: `sextant/${folder}` }] };
  return builds.map((item) => ({ ...item, folder, bases: [...new Set(froms(item.args ?? {}))] }));
}

interface Extra {
  files: Record<string, string>;
  key: string;
}

/** What a folder's `prepare.ts` may export: it makes files for the build context, and says where they are. */
interface Preparation {
  prepare(progress: Progress): Promise<Record<string, string>>;
}

const isPrepared = (folder: string): boolean => existsSync(join(__dirname, folder, "prepare.ts"));

async function extraOf(folder: string, progress: Progress): Promise<Extra> {
  if (!isPrepared(folder)) return { files: {}, key: "" };
  const files = await ((await import(join(__dirname, folder, "prepare.ts"))) as Preparation).prepare(
    progress,
  );
  return {
    files,
    key: contentKey(Object.entries(files).flatMap(([name, source]) => [name, readFileSync(source)])),
  };
}

function keyOf(image: Draft, bases: string[], extraKey: string): string {
  const dir = join(__dirname, image.folder);
  const files = (readdirSync(dir, { recursive: true, withFileTypes: true }) as import("node:fs").Dirent[])
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)))
    .filter((name) => !notContext.includes(name))
    .sort();
  return contentKey([
    JSON.stringify([bases, image.args ?? {}, image.target ?? "", extraKey]),
    ...(image.platform === undefined ? [] : [image.platform]),
    ...files.flatMap((name) => [name, readFileSync(join(dir, name))]),
  ]);
}

async function build(docker: Docker, image: Image, progress: Progress): Promise<void> {
  const context = mkdtempSync(join(tmpdir(), "sextant-image-"));
  try {
    const dir = join(__dirname, image.folder);
    cpSync(dir, context, {
      recursive: true,
      filter: (source) => !notContext.includes(relative(dir, source)),
    });
    for (const [name, source] of Object.entries(image.extra)) cpSync(source, join(context, name));
    const proxies = ["http_proxy", "https_proxy", "no_proxy"].filter((name) => process.env[name]);
    const args = [
      ...proxies.flatMap((name) => ["--build-arg", name]),
      ...Object.entries(image.args ?? {}).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]),
      ...(image.target ? ["--target", image.target] : []),
      ...(image.platform ? ["--platform", image.platform] : []),
    ];
    // The builder inside dockerd: it needs no plugin, and its steps may use this machine's network.
    await docker.run(
      ["build", "--network", "host", "--tag", image.tag, ...labels(image.key), ...args, context],
      {
        env: { DOCKER_BUILDKIT: "0" },
        onLine: (line) => {
          if (line.startsWith("Step ")) progress(`${image.tag}: ${line.slice(0, 100)}`);
        },
      },
    );
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}

/** The keys of the images that are there, by tag. */
async function presentKeys(docker: Docker, tags: string[]): Promise<Map<string, string>> {
  const format = '{{range .RepoTags}}{{.}} {{end}}{{index .Config.Labels "sextant.key"}}';
  const outcome = await tryRun("docker", ["image", "inspect", "--format", format, ...tags], {
    env: { DOCKER_HOST: docker.host },
  });
  if (outcome.code !== 0 && !/no such image/i.test(outcome.stderr)) {
    throw new Error(`lab images: docker image inspect failed: ${outcome.stderr.trim()}`);
  }
  const keys = new Map<string, string>();
  for (const line of outcome.stdout.split("\n").filter(Boolean)) {
    const words = line.trim().split(" ");
    const key = words.pop() ?? "";
    for (const tag of words) keys.set(tag.replace(/:latest$/, ""), key);
  }
  return keys;
}

async function timed(progress: Progress, tag: string, work: () => Promise<void>): Promise<void> {
  const start = Date.now();
  progress(`${tag}: making`);
  await work();
  progress(`${tag}: made in ${((Date.now() - start) / 1000).toFixed(1)} s`);
}
