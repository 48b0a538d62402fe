/** Doppler by `doppler`: https://docs.doppler.com/docs/cli */
import { json, placed, someOf, valueOf, type Adapter, type Found, type Wish } from "./adapter";

const title = "Doppler";

export const doppler: Adapter = {
  names: ["doppler"],
  title,
  program: "doppler",
  fetch: (run, wish, env) => {
    const names = someOf(title, wish).map(last);
    const where = whereOf(wish, env["DOPPLER_TOKEN"] ?? "");
    if (!run(["me", "--json"], { quiet: true }).ok && !run(["login", "-y"]).ok)
      throw new Error("doppler login failed; what it says is above.");
    return foundIn(wish, json("doppler secrets get", run(["secrets", "get", ...names, "--json", ...where])));
  },
};

const last = (word: string): string => word.slice(word.lastIndexOf("/") + 1);

/** The project and its configuration; a service token has its own. */
export function whereOf({ words, from }: Wish, token: string): string[] {
  if (token.startsWith("dp.st")) return [];
  const places = new Set(words.map((word) => placed(word, from).split("/").slice(0, 2).join("/")));
  const [place = ""] = places;
  const [project = "", config = ""] = place.split("/");
  if (project === "" || config === "" || words.some((word) => placed(word, from).split("/").length < 3))
    throw new Error(`${title} has to be told where; write --from PROJECT/CONFIG.`);
  if (places.size > 1)
    throw new Error(
      `${title} is asked for one configuration at a time, and these are ${[...places].join(", ")}.`,
    );
  return ["-p", project, "-c", config];
}

/** The values in what `doppler secrets get --json` prints. */
export function foundIn(
  { words, from }: Wish,
  printed: Readonly<Record<string, { computed?: unknown }>>,
): Found[] {
  return words.map((word) => {
    const name = placed(word, from);
    return { word, name, value: valueOf(title, name, printed[last(word)]?.computed) };
  });
}
