/** The names of the components of a program, so that two of one name are refused in our words and not by a duplicate URN. */
import { Claims } from "./claims";
import type { Problem } from "./problem";

const components = new Claims();
const children = new Claims();

/**
 * Takes a name for a component of a class.
 *
 * @param run what tells one run of a program from another
 * @returns what is wrong where the run has another one of that name
 */
export function claimName(run: object, className: string, name: string): Problem[] {
  if (components.take(run, `${className} ${name}`, className) === undefined) return [];
  const rule = `the program has another ${className} of that name`;
  return [{ argument: "name", value: name, rule, cure: "give one of them another name" }];
}

/** A child of a component, whose name is joined of several by hyphens. */
export interface Child {
  /** The name of the resource. */
  name: string;
  /** The argument that it comes from. */
  argument: string;
  /** What it is, for errors: `role c on web-1 of App "a-b"`. */
  what: string;
}

/**
 * Takes the names of children that are of one type: `a-b` with a role `c` and `a` with a role `b-c` would be one resource to Pulumi.
 *
 * @param run what tells one run of a program from another
 * @returns what is wrong where another one of the run has such a name
 */
export function claimChildren(run: object, type: string, claimed: readonly Child[]): Problem[] {
  return claimed.flatMap(({ name, argument, what }): Problem[] => {
    const other = children.take(run, `${type} ${name}`, what);
    if (other === undefined) return [];
    const fault = `gives ${what} the name ${name}, which ${other} has`;
    return [{ argument, fault, cure: "give one of them another name" }];
  });
}
