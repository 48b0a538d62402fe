/** The plugin, as the program's engine finds it. */
export { buildPlugin as default } from "../../scripts/build-plugin";
