/** Docstrings and members of the compiler's symbols. */
import ts from "typescript";
import type { Docs, Member } from "./model";

/** The docstring of a symbol. */
export function docsOf(symbol: ts.Symbol, checker: ts.TypeChecker): Docs {
  const tags = symbol.getJsDocTags(checker);
  const all = (name: string): string[] =>
    tags.filter((tag) => tag.name === name).map(({ text }) => ts.displayPartsToString(text).trim());
  const one = (name: string): string | undefined => all(name)[0]?.replace(/\s+/g, " ");
  return {
    text: ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim(),
    default: one("default"),
    edit: one("edit"),
    examples: all("example"),
  };
}

/** The type of a symbol as its source says it; where the source leaves it to the compiler, what that found. */
export function typeText(symbol: ts.Symbol, checker: ts.TypeChecker): string {
  const node = typeNode(symbol);
  if (node !== undefined && !ts.isIndexedAccessTypeNode(node)) return withoutComments(node);
  const [declaration] = symbol.declarations ?? [];
  return declaration === undefined
    ? "unknown"
    : checker
        .typeToString(
          checker.getTypeOfSymbolAtLocation(symbol, declaration),
          declaration,
          ts.TypeFormatFlags.NoTruncation,
        )
        // A type that the file does not import is written with where it lies on this machine.
        .replaceAll(/import\("[^"]*"\)\./g, "");
}

/** A symbol with its docstring, and what is below it. */
export function memberOf(symbol: ts.Symbol, checker: ts.TypeChecker): Member {
  const node = typeNode(symbol);
  const members = node !== undefined && isWrittenOut(node) ? membersOf(node, checker) : [];
  return {
    name: symbol.name,
    type: typeText(symbol, checker),
    optional: (symbol.flags & ts.SymbolFlags.Optional) !== 0,
    docs: docsOf(symbol, checker),
    members,
  };
}

/** The members that an interface declares itself. */
export function ownMembers(declaration: ts.Declaration | undefined, checker: ts.TypeChecker): Member[] {
  if (declaration === undefined || !ts.isInterfaceDeclaration(declaration)) return [];
  return declaration.members.flatMap((member) => {
    const symbol = member.name && checker.getSymbolAtLocation(member.name);
    return symbol === undefined ? [] : [memberOf(symbol, checker)];
  });
}

function membersOf(node: ts.TypeNode, checker: ts.TypeChecker): Member[] {
  return checker
    .getPropertiesOfType(checker.getTypeFromTypeNode(node))
    .map((member) => memberOf(member, checker));
}

function typeNode(symbol: ts.Symbol): ts.TypeNode | undefined {
  const [declaration] = symbol.declarations ?? [];
  if (declaration === undefined) return undefined;
  if (ts.isPropertySignature(declaration) || ts.isPropertyDeclaration(declaration)) return declaration.type;
  if (ts.isVariableDeclaration(declaration) || ts.isGetAccessorDeclaration(declaration))
    return declaration.type;
  return undefined;
}

/** True for `{ … }`, and for that on top of a named type; a named type alone has a place of its own. */
function isWrittenOut(node: ts.TypeNode): boolean {
  if (ts.isTypeLiteralNode(node)) return true;
  if (ts.isIntersectionTypeNode(node)) return node.types.some(isWrittenOut);
  return ts.isTypeReferenceNode(node) && node.typeName.getText() === "HostTransform";
}

const printer = ts.createPrinter({ removeComments: true });

function withoutComments(node: ts.TypeNode): string {
  if (isWrittenOut(node)) return "object";
  return printer
    .printNode(ts.EmitHint.Unspecified, node, node.getSourceFile())
    .replace(/\s+/g, " ")
    .replace(/; \}/g, " }");
}
