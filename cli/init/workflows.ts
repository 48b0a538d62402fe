/** The workflows of GitHub Actions for a project: a preview on each pull request, and a deploy on each merge. Pure. */
import { quote } from "../../provider/host/scripts";

/** What the workflows are about. */
export interface WorkflowSetup {
  readonly stack: string;
  /** The project's folder in the repository; undefined where it is the repository itself. */
  readonly folder?: string;
  /** Where the state is kept, as `pulumi login` takes it. @default Pulumi's service */
  readonly state?: string;
  /** The version of Pulumi that runs. */
  readonly pulumi: string;
}

/** The folder that GitHub looks into, at the root of a repository. */
export const workflowFolder = ".github/workflows";

/** The names of the files there. */
export const workflowFiles = ["sextant-preview.yml", "sextant-deploy.yml"] as const;

/** Actions of others, each by the commit that was looked at: a tag can be moved. */
const actions = {
  checkout: "actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2",
  node: "actions/setup-node@49933ea5288caeca8642d1e84afbd3f7d6820020 # v4.4.0",
  pulumi: "pulumi/actions@8e5e406f4007fca908480587cb9893c07090f58d # v7.0.0",
};

/** What is wrong with where the state is; undefined where nothing is. */
export function stateProblem(state: string): string | undefined {
  if (/^file:/.test(state))
    return "a runner's disk is gone after each run; keep the state in a bucket, or leave --state out for Pulumi's service";
  return /^(https|s3|gs|azblob):\/\/[^\s"'`$\\]+$/.test(state)
    ? undefined
    : "it is an address as pulumi login takes it, such as s3://shop-state";
}

/** The secrets of the repository that give access to the state. */
export function secretsOf({ state }: Pick<WorkflowSetup, "state">): string[] {
  if (state === undefined || state.startsWith("https:")) return ["PULUMI_ACCESS_TOKEN"];
  const bucket = state.startsWith("s3:")
    ? ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]
    : state.startsWith("gs:")
      ? ["GOOGLE_CREDENTIALS"]
      : ["AZURE_STORAGE_ACCOUNT", "AZURE_STORAGE_KEY"];
  return [...bucket, "PULUMI_CONFIG_PASSPHRASE"];
}

/** The files by their names. */
export function renderWorkflows(setup: WorkflowSetup): Record<(typeof workflowFiles)[number], string> {
  return { "sextant-preview.yml": previewWorkflow(setup), "sextant-deploy.yml": deployWorkflow(setup) };
}

function previewWorkflow(setup: WorkflowSetup): string {
  const { stack } = setup;
  return lines(
    "# What a pull request would change on the servers, as one comment on it: npx sextant docs guide/ci",
    "name: preview",
    "on:",
    ...(setup.folder === undefined ? ["  pull_request:"] : ["  pull_request:", ...paths(setup, "preview")]),
    "permissions:",
    "  contents: read",
    "  pull-requests: write",
    "concurrency:",
    "  group: sextant-preview-${{ github.event.pull_request.number }}",
    "  cancel-in-progress: true",
    "jobs:",
    "  preview:",
    "    # One from a fork gets no secrets, and its program must never run with them.",
    "    if: github.event.pull_request.head.repo.full_name == github.repository",
    ...job(setup),
    "      - id: preview",
    "        name: Preview",
    "        env:",
    ...access(setup),
    "        run: |",
    "          code=0",
    `          npx sextant preview --stack ${quote(stack)} >"$RUNNER_TEMP/preview.md" || code=$?`,
    '          cat "$RUNNER_TEMP/preview.md" >>"$GITHUB_STEP_SUMMARY"',
    '          echo "code=$code" >>"$GITHUB_OUTPUT"',
    "      - name: Comment",
    "        env:",
    "          GH_TOKEN: ${{ github.token }}",
    "          NUMBER: ${{ github.event.pull_request.number }}",
    "        run: |",
    "          # The page ends with a mark of the project and the stack, by which the comment of before is found.",
    '          MARK=$(tail -n 1 "$RUNNER_TEMP/preview.md")',
    "          export MARK",
    '          comments="repos/$GITHUB_REPOSITORY/issues/$NUMBER/comments"',
    `          find='.[] | select(.user.type == "Bot" and (.body | contains(env.MARK))) | .id'`,
    '          id=$(gh api --paginate "$comments?per_page=100" --jq "$find" | head -n 1)',
    '          if [ -n "$id" ]; then',
    '            gh api --silent --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" --field "body=@$RUNNER_TEMP/preview.md"',
    "          else",
    '            gh api --silent --method POST "$comments" --field "body=@$RUNNER_TEMP/preview.md"',
    "          fi",
    "      - name: Result",
    "        env:",
    "          CODE: ${{ steps.preview.outputs.code }}",
    '        run: exit "$CODE"',
  );
}

function deployWorkflow(setup: WorkflowSetup): string {
  const { stack } = setup;
  return lines(
    "# Makes the servers what the main branch says: npx sextant docs guide/ci",
    "name: deploy",
    "on:",
    "  push:",
    "    branches: [main]",
    ...(setup.folder === undefined ? [] : paths(setup, "deploy")),
    "  # Once more, such as after a deploy that failed.",
    "  workflow_dispatch:",
    "permissions:",
    "  contents: read",
    "# One deploy at a time; one that runs is never cancelled.",
    "concurrency:",
    `  group: ${text(`sextant-deploy-${stack}`)}`,
    "  cancel-in-progress: false",
    "jobs:",
    "  deploy:",
    `    environment: ${text(stack)}`,
    ...job(setup),
    "      - name: Deploy",
    "        env:",
    ...access(setup),
    `        run: pulumi up --yes --skip-preview --non-interactive --stack ${quote(stack)}`,
  );
}

/** What comes before the work: the program, Node, its packages, and Pulumi. The plugin lies in node_modules. */
function job({ folder, pulumi }: WorkflowSetup): string[] {
  const at = folder === undefined ? "" : `${folder}/`;
  return [
    "    runs-on: ubuntu-24.04",
    "    timeout-minutes: 60",
    ...(folder === undefined
      ? []
      : ["    defaults:", "      run:", `        working-directory: ${text(folder)}`]),
    "    steps:",
    "      # With all commits, so that those between two releases can be named.",
    `      - uses: ${actions.checkout}`,
    "        with:",
    "          fetch-depth: 0",
    "          persist-credentials: false",
    `      - uses: ${actions.node}`,
    "        with:",
    "          node-version: 24",
    "          cache: npm",
    `          cache-dependency-path: ${text(`${at}package-lock.json`)}`,
    "      - run: npm ci",
    `      - uses: ${actions.pulumi}`,
    "        with:",
    `          pulumi-version: ${text(pulumi)}`,
  ];
}

/** Only what is in the project's folder is of the servers. */
function paths({ folder = "" }: WorkflowSetup, name: string): string[] {
  return [
    "    paths:",
    `      - ${text(`${folder}/**`)}`,
    `      - ${text(`${workflowFolder}/sextant-${name}.yml`)}`,
  ];
}

/** The variables of the steps that reach the state; no other step has them. */
function access(setup: WorkflowSetup): string[] {
  return [
    ...(setup.state === undefined ? [] : [`          PULUMI_BACKEND_URL: ${text(setup.state)}`]),
    ...secretsOf(setup).map((name) => `          ${name}: \${{ secrets.${name} }}`),
  ];
}

/** A text as YAML, and nothing that GitHub evaluates. */
const text = (value: string): string =>
  JSON.stringify(value.replaceAll("${{", "$ {{")).replaceAll(
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

const lines = (...all: readonly string[]): string => `${all.join("\n")}\n`;
