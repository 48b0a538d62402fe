/** The workflow that gives each pull request a stack of its own, and takes it away with the pull request. Pure. */
import { quote } from "../../provider/host/scripts";
import { type WorkflowSetup, access, job, lines, paths, text } from "./workflow";

/** Of the stacks of pull requests, by their numbers: in the organization of the stack whose values they have. */
export function reviewStack(review: string, number: string): string {
  return `${review.slice(0, review.lastIndexOf("/") + 1)}pr-${number}`;
}

export function reviewWorkflow(setup: WorkflowSetup, review: string): string {
  const stack = text(reviewStack(review, "${NUMBER}"));
  // A new runner has no file of the stack's values, and the stack may be there or not: both steps begin with the same two lines.
  const begin = [
    `          STACK=${stack}`,
    '          pulumi stack select --create "$STACK" --non-interactive',
    `          pulumi config cp --stack ${quote(review)} --dest "$STACK" --non-interactive`,
  ];
  const env = ["        env:", "          NUMBER: ${{ github.event.pull_request.number }}", ...access(setup)];
  return lines(
    "# A stack for each pull request, made and removed with it: npx sextant docs guide/ci",
    "name: review",
    "on:",
    "  pull_request:",
    "    types: [opened, synchronize, reopened, closed]",
    ...(setup.folder === undefined ? [] : paths(setup, "review")),
    "permissions:",
    "  contents: read",
    "# What is closed is removed when its deploy has ended, which is never cancelled.",
    "concurrency:",
    "  group: sextant-review-${{ github.event.pull_request.number }}",
    "  cancel-in-progress: false",
    "jobs:",
    "  deploy:",
    "    # One from a fork gets no secrets, and its program must never run with them.",
    "    if: github.event.action != 'closed' && github.event.pull_request.head.repo.full_name == github.repository",
    "    environment:",
    "      name: review",
    "      url: ${{ steps.deploy.outputs.url }}",
    ...job(setup),
    "      - id: deploy",
    "        name: Deploy",
    ...env,
    "        run: |",
    ...begin,
    '          pulumi up --yes --skip-preview --non-interactive --stack "$STACK" --config "pullRequest=$NUMBER"',
    '          echo "url=$(pulumi stack output url --stack "$STACK")" >>"$GITHUB_OUTPUT"',
    "  remove:",
    "    if: github.event.action == 'closed' && github.event.pull_request.head.repo.full_name == github.repository",
    "    environment: review",
    ...job(setup),
    "      - name: Remove",
    ...env,
    "        run: |",
    ...begin,
    '          pulumi destroy --yes --skip-preview --non-interactive --stack "$STACK"',
    '          pulumi stack rm --yes --non-interactive --stack "$STACK"',
  );
}
