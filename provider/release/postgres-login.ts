/** The step that gives the user of a Postgres accessory its password. */
import type { Step, StepInputs } from "./step";

/** Who gets which password in which database. */
export interface PostgresLoginInputs extends StepInputs {
  /** The container. */
  container: string;
  /** The container's id: in another one of the same name the password is set anew. */
  instance: string;
  user: string;
  database: string;
  /** The password, on one line; a secret. */
  password: string;
  /**
   * Whether Kamal's database was taken up with it: then the step is first taken by asking whether the password is the one that the database
   * has. Another one would shut out the app that Kamal runs. @default false
   */
  taken?: boolean;
}

/**
 * The input of `psql` that gives a user a password. `\password` asks for it twice and sends only its hash, so that no log of the server
 * can hold it; without a terminal it reads from the same input.
 */
export function loginInput(user: string, password: string): string {
  return `\\password "${user}"\n${password}\n${password}\n`;
}

export const postgresLoginStep: Step<PostgresLoginInputs> = {
  call: ({ container, user, database, password, taken = false }, former) => {
    const words = [`container=${container}`, `user=${user}`, `database=${database}`];
    return taken && former === undefined
      ? { verb: "postgres-login", words: [...words, "check=yes"], stdin: `${password}\n` }
      : { verb: "postgres-login", words, stdin: loginInput(user, password) };
  },
  lifecycleOnly: ["taken"],
  about: ({ container }) => container,
};
