/** Names of components as variables of a program. Pure. */

/** Names that the language has already. */
const reserved = new Set(
  [
    "break case catch class const continue debugger default delete do else enum export extends false finally for function if import in",
    "instanceof new null return super switch this throw true try typeof var void while with let static yield await async implements",
    "interface package private protected public eval arguments undefined exports module require",
  ].flatMap((line) => line.split(" ")),
);

/** `web-1` as `web1`, `my-shop` as `myShop`. */
export function camelCase(name: string): string {
  return name.replaceAll(/-+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** A name as a variable. @param taken names that the program has already @param ending what tells it apart from these and the language's */
export function variableOf(name: string, taken: readonly string[], ending: string): string {
  const camel = camelCase(name);
  return reserved.has(camel) || taken.includes(camel) ? `${camel}${ending}` : camel;
}
