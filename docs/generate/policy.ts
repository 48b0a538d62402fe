/** The page of the policy pack. */
import { policies } from "../../policy/policies";

export function policyPage(): string {
  return (
    [
      "<!-- Made from policy/policies.ts and docs/generate/policy.ts by npm run docs; edit those. -->",
      "# The policy pack",
      "What a company may want to hold every program to, whoever writes it. The components check most of it themselves; the " +
        "pack also sees what a `transform` changed, and resources that were made without the components.",
      [
        "```",
        "npm install --save-dev --save-exact @pulumi/policy@1.21.0",
        "pulumi preview --policy-pack node_modules/pulumi-sextant/dist/policy",
        "```",
      ].join("\n"),
      "In a checkout of this repository, `npm run build` makes it, and it is `--policy-pack dist/policy`.",
      "| Policy | What it says | Checks |\n| --- | --- | --- |\n" +
        policies
          .map((policy) => {
            const scope = "validateStack" in policy ? "the stack" : "each resource";
            return `| \`${policy.name}\` | ${policy.description} | ${scope} |`;
          })
          .join("\n"),
      "All are mandatory: a preview that breaks one fails. Levels and settings are given as for every policy pack, in a file:",
      [
        "```json",
        '{ "no-mutable-tag": "advisory", "ssh-sources": { "networks": ["203.0.113.0/24"] } }',
        "```",
      ].join("\n"),
      "`pulumi preview --policy-pack … --policy-pack-config policy.json`. `ssh-sources` takes `networks`, those that SSH may be let in from (default: any but the whole internet), and `port` (default 22). A setting that a policy does not have is a violation of it. The name of a policy that is not in the table above counts for nothing, and Pulumi does not say so.",
      "Pulumi's own language host starts the pack. That of the lab, which is built from an older module, cannot: `pulumi` on the lab says `could not read plugin [...]: not supported`. There the pack's tests give it a launcher of their own, see test/lab/policy/pack.ts.",
      "## Protected data",
      'No volume of an accessory or an app has `data: "discard"`, unless it is protected; the `Server` that an accessory with ' +
        "volumes runs on has `protect: true`. Machines that are not made here are not looked at.",
      "## No partial rollout",
      "After a release whose switch failed, `pulumi up --target` on its container deletes the container that serves, while the " +
        "proxy still routes to it. Never target a rollout's container. Pulumi tells neither a program nor a policy of `--target`; " +
        "`no-partial-rollout` sees it by what it leads to: a container whose switch names another one. It counts in the preview " +
        "that `pulumi up` runs first, and `--skip-preview` skips it, as it skips every policy on the stack.",
    ].join("\n\n") + "\n"
  );
}
