/** A command line as its words. Pure. */

/** The words of a command as a shell splits them; undefined for what only a shell can do, such as a pipe or a variable. */
export function wordsOf(line: string): string[] | undefined {
  const words: string[] = [];
  let rest = line.trim();
  while (rest !== "") {
    let word = "";
    while (rest !== "" && !/^\s/.test(rest)) {
      const part = /^(?:'([^']*)'|"((?:\\["\\$`]|[^"\\$`])*)"|\\(.)|([^\s'"\\$`|&;<>()*?[\]~#]+))/s.exec(
        rest,
      );
      if (part === null) return undefined;
      word += part[1] ?? part[2]?.replaceAll(/\\(["\\$`])/g, "$1") ?? part[3] ?? part[4] ?? "";
      rest = rest.slice(part[0].length);
    }
    words.push(word);
    rest = rest.trimStart();
  }
  return words;
}

/** A command as a container takes it: its words, or a shell that takes the line. */
export function commandOf(line: string): string[] {
  return wordsOf(line) ?? ["sh", "-c", line.trim()];
}
