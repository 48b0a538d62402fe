/**
 * What the lab's new servers run: which Docker, with which image store, on which system. `SEXTANT_LAB_ENGINE` and `SEXTANT_LAB_OS`
 * choose; what was chosen is noted in the lab's directory, where the cloud's process finds it, and holds for the servers made from then on.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { labDir } from "../paths";

/** The engines that can be chosen, the default first; `28.5` has the image store of containerd, as every new Docker has it. */
export const engines = ["28.5", "28.5-overlay2", "29", "26.1", "20.10"] as const;
export type Engine = (typeof engines)[number];

/**
 * The systems that can be chosen, the default first. `bare` is a Debian 13 as clouds give it, without Docker and curl, where the first
 * boot installs Debian's own engine; `vm` is the same as a virtual machine with a kernel of its own.
 */
export const systems = ["debian-12", "debian-13", "bare", "rust-coreutils", "other-awk", "vm"] as const;
export type System = (typeof systems)[number];

/** What a server runs. */
export interface ServerChoice {
  engine: Engine;
  os: System;
}

/** The image that comes up with the lab; balancers and the fabric run from it too. */
export const everydayImage = "sextant/server";

/** A server with a kernel of its own, which a program runs. */
export const virtualImage = "sextant/server-vm";

/** What can be had, by system: the image of each engine. */
const images: Record<System, Partial<Record<Engine, string>>> = {
  "debian-12": {
    "28.5": everydayImage,
    "28.5-overlay2": everydayImage,
    "26.1": "sextant/server:debian-12-26.1",
    "20.10": "sextant/server:debian-12-20.10",
  },
  "debian-13": {
    "28.5": "sextant/server:debian-13-28.5",
    "28.5-overlay2": "sextant/server:debian-13-28.5",
    "29": "sextant/server:debian-13-29",
    "26.1": "sextant/server:debian-13-26.1",
  },
  bare: { "26.1": "sextant/server:bare" },
  "rust-coreutils": { "28.5": "sextant/server:rust-coreutils" },
  "other-awk": { "28.5": "sextant/server:other-awk" },
  vm: { "26.1": virtualImage },
};

/** The choice by name. What is left out is the default, or else what goes with the other: Debian 13 with Docker 29. */
export function choose(engine: string | undefined, os: string | undefined): ServerChoice {
  const goesWith = systems.find((each) => engine !== undefined && engine in images[each]);
  const chosenOs = oneOf("SEXTANT_LAB_OS", systems, os === undefined || os === "" ? goesWith : os);
  const had = engines.filter((each) => each in images[chosenOs]);
  const fallback = had.includes(engines[0]) ? engines[0] : (had[0] ?? engines[0]);
  const chosen =
    engine === undefined || engine === "" ? fallback : oneOf("SEXTANT_LAB_ENGINE", engines, engine);
  if (!had.includes(chosen))
    throw new Error(
      `lab: there is no Docker ${chosen} for ${chosenOs}; SEXTANT_LAB_ENGINE can be ${had.join(", ")}.`,
    );
  return { engine: chosen, os: chosenOs };
}

/** The lab's image of a server. `imageName` is the cloud's: debian-12, its default, is what was chosen. */
export function serverImage(imageName: string, choice: ServerChoice): string {
  const os = imageName === "debian-13" && choice.os === "debian-12" ? "debian-13" : choice.os;
  const image = images[os][choice.engine];
  if (image === undefined)
    throw new Error(
      `lab: there is no server of ${imageName} with Docker ${choice.engine}; choose another by SEXTANT_LAB_ENGINE.`,
    );
  return image;
}

/** Flags that a server's dockerd gets from outside its daemon.json. */
export function dockerdFlags({ engine }: ServerChoice): string[] {
  if (engine === "28.5") return ["--feature", "containerd-snapshotter=true"];
  return [];
}

/** The image store that a choice leads to. */
export function imageStore({ engine }: ServerChoice): "containerd" | "overlay2" {
  return engine === "28.5" || engine === "29" ? "containerd" : "overlay2";
}

const ofEnvironment = (): ServerChoice =>
  choose(process.env["SEXTANT_LAB_ENGINE"], process.env["SEXTANT_LAB_OS"]);
const everyServers = (): string => join(labDir(), "servers.json");
const oneServers = (name: string): string => join(labDir(), "servers", `${name}.json`);

/** Notes what the environment chooses, for the servers that are made from now on. */
export function noteChoice(): ServerChoice {
  return note(everyServers(), ofEnvironment());
}

/** Notes a choice for servers of that name alone: others are made at the same time. */
export function noteChoiceFor(name: string, choice: ServerChoice): ServerChoice {
  return note(oneServers(name), choice);
}

/** What was noted for a server of that name, or for all, or what the environment chooses where nothing was. */
export function currentChoice(name?: string): ServerChoice {
  const files = [...(name === undefined ? [] : [oneServers(name)]), everyServers()];
  const noted = files.find((file) => existsSync(file));
  return noted === undefined ? ofEnvironment() : (JSON.parse(readFileSync(noted, "utf8")) as ServerChoice);
}

function note(file: string, choice: ServerChoice): ServerChoice {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  // Replaced as a whole: the cloud may be reading it.
  const next = `${file}.${process.pid}`;
  writeFileSync(next, JSON.stringify(choice));
  renameSync(next, file);
  return choice;
}

function oneOf<T extends string>(
  variable: string,
  known: readonly [T, ...T[]],
  value: string | undefined,
): T {
  const found = known.find((each) => each === (value ?? known[0]));
  if (found === undefined)
    throw new Error(`lab: ${variable} is ${value ?? ""}; it can be ${known.join(", ")}.`);
  return found;
}
