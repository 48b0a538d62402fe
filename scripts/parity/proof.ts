/** Short words for the tests that rows name. */
import type { Test } from "./row";

/** A test on the lab, by its file's name and its title. */
export function lab(file: string, title: string): Test {
  return { file: `test/lab/${file}.test.ts`, title };
}

/** A unit test, by its file below test/unit and its title. */
export function unit(file: string, title: string): Test {
  return { file: `test/unit/${file}.test.ts`, title };
}

/** A release with a fault, which the lab deploys. */
export function fault(name: string): Test {
  return {
    ...lab("faults", "a release with a fault > %s"),
    case: { file: "test/lab/faults/fixtures.ts", name },
  };
}

/** A program that is refused at preview. */
export function refusal(name: string): Test {
  return {
    ...unit("components/refusals", "a bad argument is refused in one sentence > %s"),
    case: { file: "test/unit/components/refusals/table.ts", name },
  };
}
