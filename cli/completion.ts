/** `sextant completion`: what a shell needs to complete words by Tab. The shell asks the hidden command `complete` at each Tab. */
import { Argument, type Command } from "commander";

/** Adds the commands. @param bare makes the program without them: the library gives it some of the same names */
export function addCompletion(program: Command, bare: () => Command): void {
  program
    .command("completion")
    .description("print what a shell needs to complete the words of sextant by Tab")
    .addArgument(new Argument("<shell>", "the shell").choices(["bash", "zsh", "fish"]))
    .addHelpText(
      "after",
      "\nIn ~/.bashrc or ~/.zshrc: source <(npx sextant completion bash), or zsh; bash needs its package bash-completion; in fish: npx sextant completion fish | source. It is for the word sextant: where that is not on the PATH, alias sextant='npx sextant'.",
    )
    .action(async (shell: string) => {
      // A module that Node 22 has no other way to load.
      const { default: library } = await import("@bomb.sh/tab");
      library.setup(program.name(), asked(process.env), shell);
    });
  program
    .command("complete", { hidden: true })
    .argument("[words...]")
    .action(async (words: string[]) => {
      const { default: complete } = await import("@bomb.sh/tab/commander");
      const known = bare();
      complete(known, { completionCommandName: "completion" });
      await known.parseAsync(["complete", "--", ...words], { from: "user" });
    });
}

/** What the shell runs to ask: npx says by this variable that it has run us. */
export function asked({ npm_command: by }: NodeJS.ProcessEnv): string {
  return by === "exec" ? "npx --no sextant" : "sextant";
}
