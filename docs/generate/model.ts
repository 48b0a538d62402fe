/** What the pages say, as plain values: read from the docstrings by `read.ts`, written as Markdown by `page.ts`. */

/** A docstring: its text and the tags that the pages use. */
export interface Docs {
  readonly text: string;
  /** The value or behaviour of what is left out. */
  readonly default: string | undefined;
  /** What changing it does to what is there. */
  readonly edit: string | undefined;
  readonly examples: readonly string[];
}

/** An argument, an output, or a member of a type. */
export interface Member {
  readonly name: string;
  /** As it stands in the source. */
  readonly type: string;
  readonly optional: boolean;
  readonly docs: Docs;
  /** The members of a type that is written out in place. */
  readonly members: readonly Member[];
}

/** A type of the library that arguments or outputs name. */
export interface NamedType {
  readonly name: string;
  readonly docs: Docs;
  /** What an alias stands for, where that says more than its text. */
  readonly definition: string | undefined;
  readonly members: readonly Member[];
  /** Interfaces whose members it has as well, with the names of these. */
  readonly bases: readonly { readonly name: string; readonly members: readonly string[] }[];
  /** The components that are of this type. */
  readonly components: readonly string[];
}

/** A value or function that a program imports beside the components. */
export interface Helper {
  readonly name: string;
  /** How it is called, or the type of a value. */
  readonly signature: string;
  readonly docs: Docs;
}

export interface ComponentDocs {
  readonly name: string;
  /** The type that a state names it by. */
  readonly token: string;
  readonly docs: Docs;
  readonly argsOptional: boolean;
  readonly args: readonly Member[];
  /** Resources that it makes and hands out. */
  readonly children: readonly Member[];
  readonly outputs: readonly Member[];
  readonly helpers: readonly Helper[];
  readonly types: readonly NamedType[];
}

/** The library: its components, and the type of every `transform`. */
export interface Library {
  readonly components: readonly ComponentDocs[];
  readonly transform: NamedType;
}

/** The page of a component. */
export function pageName(component: string): string {
  return `${component.replace(/(?<=[a-z])(?=[A-Z])/g, "-").toLowerCase()}.md`;
}
