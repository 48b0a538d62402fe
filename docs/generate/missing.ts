/** What the docstrings of public arguments leave open, a sentence each. */
import type { Library, Member } from "./model";

export function missingDocs({ components }: Library): string[] {
  return [
    ...new Set(
      components.flatMap((component) => [
        ...(component.docs.text === "" ? [`${component.name} has no docstring.`] : []),
        ...(component.docs.examples.length === 0 ? [`${component.name} has no @example.`] : []),
        ...component.args.flatMap((argument) => [
          ...below(component.name, argument),
          ...(argument.docs.edit === undefined
            ? [`${component.name}.${argument.name} does not say with @edit what editing it does.`]
            : []),
        ]),
        ...component.types
          .filter(({ name }) => /(Args|Settings)$/.test(name))
          .flatMap(({ name, members }) => members.flatMap((member) => below(name, member))),
      ]),
    ),
  ];
}

/** A member and all below it. Those of a transform are named by the child that they change, and have no default. */
function below(parent: string, member: Member): string[] {
  const name = `${parent}.${member.name}`;
  const child = member.type.startsWith("Transform<");
  return [
    ...(member.docs.text === "" ? [`${name} has no docstring.`] : []),
    ...(member.optional && member.docs.default === undefined && !child
      ? [`${name} may be left out, and does not say with @default what holds then.`]
      : []),
    ...member.members.flatMap((inner) => below(name, inner)),
  ];
}
