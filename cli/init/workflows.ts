/** The workflows of GitHub Actions for a project: a preview on each pull request, a deploy on each merge, a stack for each pull request. Pure. */
import { quote } from "../../provider/host/scripts";
import { usualManager, wordsOf } from "./manager";
import { reviewWorkflow } from "./review-workflow";
import { type WorkflowSetup, access, job, lines, paths, text } from "./workflow";

/** The files by their names; the last one where pull requests have stacks. */
export interface Workflows {
  "sextant-preview.yml": string;
  "sextant-deploy.yml": string;
  "sextant-review.yml"?: string;
}

export function renderWorkflows(setup: WorkflowSetup): Workflows {
  return {
    "sextant-preview.yml": previewWorkflow(setup),
    "sextant-deploy.yml": deployWorkflow(setup),
    ...(setup.review === undefined ? {} : { "sextant-review.yml": reviewWorkflow(setup, setup.review) }),
  };
}

function previewWorkflow(setup: WorkflowSetup): string {
  const { stack } = setup;
  const { exec } = wordsOf(setup.manager ?? usualManager);
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
    `          ${exec} sextant preview --stack ${quote(stack)} >"$RUNNER_TEMP/preview.md" || code=$?`,
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
