/** Which data an edit would leave behind, and the sentences that refuse it. Pure. */
import { isPath } from "./host-path";
import { pageCommand } from "../core/page";
import { relation, unknownValue, type Place, type Relation } from "./place";
import type { Data } from "./word";

/** A data volume of a component on a host. */
export interface DataPlace extends Place {
  /** The volume's name in the program, or an absolute path of the host. */
  volume: string;
  /** Its name at Docker, where that is another one than `<name of the data>-<volume>`. */
  called?: string;
}

/** How a volume would come to be without its data. */
export type Loss = Exclude<Relation, "same">;

/** The volumes that are on other hosts now, and not taken out altogether: a name that is taken out is kept, and begins nowhere anew. */
export function leftBehind(olds: readonly DataPlace[], news: readonly DataPlace[]): DataPlace[] {
  return olds.filter((old) => {
    const found = news.filter(({ volume }) => volume === old.volume);
    return found.length > 0 && found.every((now) => relation(old, now) === "moved");
  });
}

/**
 * Those that would go with their machine, at preview: it is to be replaced, as its unknown id says. In the update itself the id is known,
 * and the machine of before is gone.
 */
export function goingWith<Old extends Place>(olds: readonly Old[], news: readonly Place[]): Old[] {
  const replaced = news.filter(({ machine }) => machine === unknownValue);
  return olds.filter((old) => replaced.some((now) => relation(old, now) === "replaced"));
}

/** Whether the program's word allows it. */
export function allowed(data: Data, how: Loss): boolean {
  if (data === "move") return how === "moved";
  return data === "discard" || (data === "leave" && how !== "replaced");
}

function counted(what: string, names: readonly string[]): string {
  return names.length === 0 ? "" : `${what}${names.length === 1 ? "" : "s"} ${names.join(" and ")}`;
}

/** What the sentence is about. */
export interface Subject {
  /** How errors name the component. */
  label: string;
  /** The argument that says where it is. */
  argument: string;
  /** The words that allow it to be elsewhere: an app's volumes are not copied. */
  movable: boolean;
  /** Whether it is that of an accessory of Kamal's that was taken up, which no word allows to be elsewhere. */
  kamals?: boolean;
}

/** Why the edit is refused. */
export function lossSentence(
  { label, argument, movable, kamals = false }: Subject,
  how: Loss,
  volumes: readonly string[],
  hosts: readonly string[],
): string {
  const each = [...new Set(volumes)];
  const one = each.length === 1;
  const paths = each.filter(isPath);
  const named = each.filter((name) => !isPath(name));
  const names = [counted("the volume", named), counted("the path", paths)].filter(Boolean).join(" and ");
  const where = [...new Set(hosts)].join(" and ");
  const data = one ? "its data" : "their data";
  const page = `(${pageCommand("checks", "data-kept")})`;
  switch (how) {
    case "moved": {
      const cure = kamals
        ? `leave it on ${where}, and make a second component without takeOver for one that begins without it`
        : movable && paths.length === 0
          ? `write data: "move" to take a copy along, or data: "leave" to begin empty; both keep what is on ${where}`
          : `copy over what is needed first, then write data: "leave", which keeps what is on ${where}; of a dead server, say gone: true`;
      return `${label}: ${argument} leaves ${where}, but ${names} would stay there, and what comes instead would begin without ${data}; ${cure} ${page}.`;
    }
    case "replaced":
      return `${label}: ${where} is to be replaced by another machine, but ${names} would go with the old one and all ${data}; take back what replaces the server, or copy the data elsewhere first and write data: "discard" ${page}.`;
    case "readdressed":
      return `${label}: ${where} has another address, but ${names} ${one ? "is" : "are"} not on the machine that answers there; give the address of the machine that has ${data}${kamals ? "" : ', or write data: "leave" to begin empty'} ${page}.`;
  }
}
