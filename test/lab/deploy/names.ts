/** Names, sizes and ports of this run, by the lab's seed: nothing of the library may stand on those that happen to be here. */
import { chance } from "../../../lab/chance";

/** Without vowels, so that no word is one of the program's own. */
const letters = "bcdfghklmnprstvz";

const webName = `test-${chance("name of the web servers").text(2, 14, letters)}`;

/** The servers of the deploy, by their names. */
export const names = {
  web: (at: number): string => `${webName}-${at}`,
  worker: `test-job-${chance("name of the worker").text(2, 14, letters)}`,
};

/** The type of the servers, which have memory for two Rails apps and their databases. */
export const serverType = chance("type of the servers").pick(["cx23", "cx33", "cpx22"]);

/** The port that the app listens on. */
export const appPort = chance("port of the app").integer(2000, 9999);

/** A text with the names that it would have in another run, for the plans that are kept. */
export function withPlainNames(text: string): string {
  return text.replaceAll(names.worker, "test-worker").replaceAll(webName, "test-web");
}
