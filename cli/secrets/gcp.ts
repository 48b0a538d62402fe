/** Google Secret Manager by `gcloud`: https://cloud.google.com/sdk/gcloud/reference/secrets/versions/access */
import { json, placed, someOf, valueOf, type Adapter } from "./adapter";

const title = "Google Secret Manager";

export const gcpSecretManager: Adapter = {
  names: ["gcp", "gcp_secret_manager"],
  title,
  program: "gcloud",
  fetch: (run, wish) => {
    const logins = json<unknown[]>("gcloud auth list", run(["auth", "list", "--format=json"]));
    if (logins.length === 0 && !run(["auth", "login"]).ok)
      throw new Error("gcloud auth login failed; what it says is above.");
    const whose = whoseOf(wish.account);
    return someOf(title, wish).map((word) => {
      const { project, secret, version } = secretOf(placed(word, wish.from));
      const name = `${project}/${secret}`;
      const words = ["secrets", "versions", "access", version, `--secret=${secret}`];
      const where = project === "default" ? [] : [`--project=${project}`];
      const answer = run([...words, ...where, ...whose, "--format=json"]);
      const { payload } = json<{ payload?: { data?: string } }>(
        `gcloud secrets versions access of ${name}`,
        answer,
      );
      const value = Buffer.from(payload?.data ?? "", "base64").toString("utf8");
      return { word, name, value: valueOf(title, name, value) };
    });
  },
};

/** `SECRET`, `PROJECT/SECRET` or `PROJECT/SECRET/VERSION`; `default` is the project that gcloud is set to. */
export function secretOf(name: string): { project: string; secret: string; version: string } {
  const parts = name.split("/");
  const [project = "default", secret = "", version = "latest"] =
    parts.length === 1 ? ["default", name] : parts;
  return { project, secret, version };
}

/** `USER`, or `USER|SERVICE-ACCOUNT,…` to be another one by it; `default` is whom gcloud is logged in as. */
export function whoseOf(account = "default"): string[] {
  const [user = "default", service] = account.split(/\|(.*)/s);
  return [
    ...(user === "default" || user === "" ? [] : [`--account=${user}`]),
    ...(service === undefined || service === "" ? [] : [`--impersonate-service-account=${service}`]),
  ];
}
