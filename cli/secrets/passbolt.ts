/** Passbolt by `passbolt`, which has its login in its own configuration: https://github.com/passbolt/go-passbolt-cli */
import { json, only, placed, someOf, valueOf, type Adapter, type Run } from "./adapter";

const title = "Passbolt";

interface Folder {
  readonly id: string;
}

interface Resource {
  readonly name: string;
  readonly password?: unknown;
}

export const passbolt: Adapter = {
  names: ["passbolt"],
  title,
  program: "passbolt",
  fetch: (run, wish) => {
    if (!run(["verify"]).ok) throw new Error("passbolt verify failed; what it says is above.");
    const folders = new Map<string, string>();
    return someOf(title, wish).map((word) => {
      const name = placed(word, wish.from);
      const parts = name.split("/");
      const secret = parts.pop() ?? "";
      const folder = folderOf(run, folders, parts);
      const there = [
        ...["list", "resources", "--filter", filterOf(secret, folder)],
        ...(folder === undefined ? [] : ["--folder", folder]),
        ...["--column", "name", "--column", "password", "--json"],
      ];
      const found = json<Resource[] | null>("passbolt list resources", run(there)) ?? [];
      const { password } = only(
        title,
        name,
        found.filter((each) => each.name === secret),
      );
      return { word, name, value: valueOf(title, name, password) };
    });
  },
};

/** The id of a folder in folders, each asked for once; undefined at the top. */
function folderOf(run: Run, known: Map<string, string>, path: readonly string[]): string | undefined {
  const name = path.at(-1);
  if (name === undefined) return undefined;
  const place = path.join("/");
  const before = known.get(place);
  if (before !== undefined) return before;
  const above = folderOf(run, known, path.slice(0, -1));
  const words = ["list", "folders", "--filter", filterOf(name, above), "--json"];
  const { id } = only(
    title,
    `folder ${place}`,
    json<Folder[] | null>("passbolt list folders", run(words)) ?? [],
  );
  known.set(place, id);
  return id;
}

/** A filter in Google's CEL, whose texts are written as those of JSON are: what is called so in a folder. */
export const filterOf = (name: string, folder: string | undefined): string =>
  [
    `Name == ${JSON.stringify(name)}`,
    ...(folder === undefined ? [] : [`FolderParentID == ${JSON.stringify(folder)}`]),
  ].join(" && ");
