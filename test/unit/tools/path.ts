/** The set of tools that this project of the tests has goes before the machine's own. */
import { delimiter } from "node:path";
import { toolsPath } from "./directory";

const set = process.env["SEXTANT_TOOLS"];
if (set === undefined) throw new Error("SEXTANT_TOOLS names no set of tools");
process.env["PATH"] = [toolsPath(set), process.env["PATH"]].join(delimiter);
