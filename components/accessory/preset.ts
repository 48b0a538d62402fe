/** What a preset knows of its image beside the arguments of an accessory: not for programs, so that it is in no argument. */
import { plainText } from "../core/plain-secret";
import type { Problem } from "../core/problem";
import type { DataFormat } from "../../provider/docker/data-format";
import type { MysqlFormat } from "../../provider/docker/mysql-format";
import type { Step } from "../host/step";
import type { Component } from "../core/component";
import type { Container } from "../docker/container";
import type { AccessoryArgs } from "./args";

/** An accessory whose server is there. */
export interface Served extends Component {
  readonly container: Container;
  /** Done when the server answers. */
  readonly ready: Step;
}

export interface Preset {
  /** What is wrong with the arguments of the preset, found before anything is made. */
  refused: readonly Problem[];
  /** Arguments of the accessory that the preset makes of its own ones: what is wrong with them is said of those alone. */
  made?: readonly string[];
  /** What is only said. */
  warned: readonly Problem[];
  /** The names of variables that the image reads at its first start on an empty volume only. */
  firstEnvs?: string[];
  /** What is to read and write the data of the volume `data`. */
  data?: DataFormat | MysqlFormat;
  /** What has to be done before clients are told of it, once the server is there: makes the step. */
  login?: (accessory: Served) => Step;
  /** Where the image keeps data, for one that is known; no registry is asked then. */
  keepsAt?: readonly string[];
}

const presets = new WeakMap<AccessoryArgs, Preset>();

/** The arguments of an accessory that a preset makes. */
export function withPreset(args: AccessoryArgs, preset: Preset): AccessoryArgs {
  presets.set(args, preset);
  return args;
}

/** What a preset said of these arguments; nothing for an accessory of a program's own. */
export function presetOf(args: AccessoryArgs): Preset {
  return presets.get(args) ?? { refused: [], warned: [] };
}

/** A secret in clear that the preset made of its own password is that password to the program. */
export const inProgramsWords = ({ made = [] }: Preset, problem: Problem): Problem =>
  made.includes(problem.argument) ? plainText("password", "password") : problem;

/** What is wrong in the program's own words: of the preset's arguments, and of those that are passed on. */
export function inOwnWords({ refused, made = [] }: Preset, passedOn: readonly Problem[]): Problem[] {
  if (refused.length === 0) return [...passedOn];
  return [...refused, ...passedOn.filter(({ argument }) => !made.includes(argument))];
}
