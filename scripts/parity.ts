/**
 * `npm run parity`: each command, flag and key of Kamal 2.12 and kamal-proxy 0.9.2, and whether it is here. Fails where a claim has no test
 * that is there. The last line is one of JSON with the numbers.
 */
import { problemsOf } from "./parity/check";
import { readHere } from "./parity/read";
import { countsOf, rendered, renderedProblems } from "./parity/render";
import { table } from "./parity/table";

const problems = problemsOf(table, readHere);
console.log(`${rendered(table)}\n`);
if (problems.length > 0) console.log(`${renderedProblems(problems)}\n`);
console.log(JSON.stringify(countsOf(table.flatMap(({ rows }) => rows))));
if (problems.length > 0) process.exitCode = 1;
