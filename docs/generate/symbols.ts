/** Where the compiler's symbols come from, and what their classes are. */
import { join, sep } from "node:path";
import ts from "typescript";
import { repoRoot } from "../../lab/paths";

/** The file that exports all that is public. */
export const door = join(repoRoot, "components", "index.ts");
const folders = ["components/", "provider/"].map((name) => join(repoRoot, name).split(sep).join("/"));

/** True for a class that says that it implements a type. */
export function implementsType(symbol: ts.Symbol, name: string): boolean {
  const declaration = symbol.declarations?.find(ts.isClassDeclaration);
  return (declaration?.heritageClauses ?? []).some(
    ({ token, types }) =>
      token === ts.SyntaxKind.ImplementsKeyword &&
      types.some(({ expression }) => expression.getText() === name),
  );
}

/** True for what the library declares itself. */
export function isOurs(node: ts.Node): boolean {
  return folders.some((folder) => node.getSourceFile().fileName.startsWith(folder));
}

/** The folder of the file that a declaration is in. */
export function folderOf(node: ts.Node): string {
  return node.getSourceFile().fileName.replace(/[^/]*$/, "");
}
