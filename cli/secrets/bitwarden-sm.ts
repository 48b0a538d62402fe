/** Bitwarden Secrets Manager by `bws`, whose access token is in BWS_ACCESS_TOKEN: https://bitwarden.com/help/secrets-manager-cli */
import { json, placed, someOf, valueOf, type Adapter, type Found } from "./adapter";

const title = "Bitwarden Secrets Manager";

interface Secret {
  readonly key: string;
  readonly value?: unknown;
}

export const bitwardenSecretsManager: Adapter = {
  names: ["bitwarden-sm", "bitwarden_secrets_manager"],
  title,
  program: "bws",
  fetch: (run, wish) =>
    someOf(title, wish).flatMap((word) => {
      const name = placed(word, wish.from);
      if (name === "all" || name.endsWith("/all")) {
        const project = name.slice(0, -"all".length).replace(/\/$/, "");
        const words = ["secret", "list", ...(project === "" ? [] : [project])];
        return json<Secret[]>(`bws ${words.join(" ")}`, run(words)).map((one) => foundIn("", one));
      }
      return [foundIn(word, json<Secret>(`bws secret get ${name}`, run(["secret", "get", name])))];
    }),
};

const foundIn = (word: string, { key, value }: Secret): Found => ({
  word,
  name: key,
  value: valueOf(title, key, value),
});
