/**
 * What a pull does: brings an image to a host, with credentials that go by standard input, and says in the user's terms why
 * it could not. An image that is there is not asked for again; one that a refresh finds gone is.
 */
import type { dynamic } from "@pulumi/pulumi";
import { changed } from "../dynamic/changes";
import { onHost, type Shell } from "../dynamic/shell";
import { verdict } from "../diagnosis/verdict";

export interface PullInputs {
  shell: Shell;
  /** The full reference. */
  image: string;
  /** The verb's line. */
  line: string;
  /** What the verb reads from standard input: the credentials; a secret. */
  auth: string;
}

/** The inputs as they were last set, and whether the image was there when it was last looked for. */
export interface PullState extends PullInputs {
  present: boolean;
}

/** Seconds; a large image over a slow line. */
const timeout = 1800;

async function pull({ shell, image, line, auth }: PullInputs): Promise<void> {
  const ran = await onHost(shell, line, { stdin: auth, timeout, what: `the pull of ${image}` });
  if (ran.code !== 0) throw new Error(verdict(ran.stdout, ran.stderr, shell.name));
}

export const pullProvider: dynamic.ResourceProvider<PullInputs, PullState> = {
  async create(inputs) {
    await pull(inputs);
    return { id: inputs.image, outs: { ...inputs, present: true } };
  },

  diff: (_id, olds, news) =>
    Promise.resolve({
      changes: !olds.present || changed(["image", "line", "auth", "shell"], olds, news).length > 0,
    }),

  async update(_id, olds, news) {
    // Other credentials, or another way to reach the host, count from the next pull.
    if (!olds.present || olds.image !== news.image) await pull(news);
    return { outs: { ...news, present: true } };
  },

  async read(id, state) {
    if (state === undefined) throw new Error("a pull cannot be imported");
    const { shell, image } = state;
    const ran = await onHost(
      shell,
      `docker image inspect --format '{{.Id}}' '${image}' 2>/dev/null || true`,
      {
        timeout: 60,
        what: `looking for the image ${image}`,
      },
    );
    return { id, props: { ...state, present: ran.stdout.trim() !== "" } };
  },
};
