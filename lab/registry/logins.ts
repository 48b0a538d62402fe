/** The logins of the lab's registry. Their lengths and characters are left to chance, since code may suit one of them and no other. */
import { chance, labSeed } from "../chance";

export interface Login {
  username: string;
  password: string;
}

const letters = "abcdefghijklmnopqrstuvwxyz0123456789";
/**
 * What is quoted, encoded or ended by somebody on the way. `$`, `\` and the backtick are left to unit tests: the tool that is compared
 * with reads its passwords from a file in which they mean something. So are `#{` and `#@`, which its quoting for the shell, Ruby's
 * `String#dump` (lib/kamal/utils.rb, `escape_shell_value`), gives a backslash that the shell keeps: its login is refused then.
 */
const odd = `${letters}ABCXYZ?>~<"'{}[]()&;|%#@!*=+/:, ^äü`;

/** The login by which all of the lab pulls and pushes. */
export function mainLogin(seed = labSeed()): Login {
  const drawn = chance("registry login", seed);
  return {
    username: `lab${drawn.text(0, 14, letters)}`,
    password: passwordOf(withoutInterpolation(drawn.text(11, 33, odd))),
  };
}

/** Three more, whose passwords are of consecutive lengths: of these every encoding in groups of three bytes has one of each kind. */
export function readers(seed = labSeed()): [Login, Login, Login] {
  const drawn = chance("registry readers", seed);
  const password = drawn.text(14, 40, letters);
  const login = (at: number): Login => ({
    username: `reader${at}`,
    password: passwordOf(`${password}${"?>~".slice(0, at)}`),
  });
  return [login(0), login(1), login(2)];
}

const withoutInterpolation = (drawn: string): string => drawn.replaceAll(/#(?=[{@])/g, "%");

/** No tool may take a blank at an end for its own; of more than 72 bytes bcrypt, which the registry keeps it by, reads a part. */
function passwordOf(drawn: string): string {
  return `p${drawn}q`;
}
