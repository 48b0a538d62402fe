/** The walls between the folders, each the code of one process, and no circles anywhere. `npm run lint:walls` looks. */

/** What users get. */
const product = "^(components|provider|host|cli)/";
/** What makes it, tries it and shows it. */
const workshop = "^(lab|bench|test|docs|scripts|stacks|policy)/|^index\\.ts$";

export default {
  forbidden: [
    {
      name: "no-circles",
      comment: "Two files that need each other are one, or hide a third that both need.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "plugin-without-program",
      comment:
        "The plugin runs without the program: what both need is the plugin's, and the program imports it.",
      severity: "error",
      from: { path: "^provider/" },
      to: { path: "^(components|cli)/" },
    },
    {
      name: "protocol-in-the-plugin-alone",
      comment:
        "What speaks the engine's protocol is bundled into the plugin. A package manager that links strictly gives it to no program, and loading it takes time.",
      severity: "error",
      from: { path: product, pathNot: "^provider/(main|service|engine-log)\\.ts$" },
      to: {
        path: "(@grpc/|google-protobuf|@pulumi/pulumi/proto/|^provider/(main|service|engine-log)\\.ts$)",
      },
    },
    {
      name: "program-without-command",
      comment: "The command is a program of its own.",
      severity: "error",
      from: { path: "^components/" },
      to: { path: "^cli/" },
    },
    {
      name: "command-without-components",
      comment: "The command asks a stack that is there, and makes no resources.",
      severity: "error",
      from: { path: "^cli/" },
      to: { path: "^components/" },
    },
    {
      name: "scripts-alone",
      comment: "A host has the scripts and nothing else of the library.",
      severity: "error",
      from: { path: "^host/" },
      to: { pathNot: "^host/" },
    },
    {
      name: "product-without-workshop",
      comment: "Nothing of the lab, of tests and of benchmarks is published.",
      severity: "error",
      from: { path: product },
      to: { path: workshop },
    },
    {
      name: "lab-without-product",
      comment: "The lab is a cloud, and knows nothing of what is tried on it.",
      severity: "error",
      from: { path: "^lab/" },
      to: { path: product },
    },
    {
      name: "no-missing-file",
      comment: "An import that leads nowhere would be past all walls.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // What is imported for its types alone counts, too.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(dist|lab/images|lab/toolchain/[^/]+)/" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "types", "default"],
      extensions: [".ts", ".mts", ".mjs", ".js", ".json", ".d.ts"],
    },
  },
};
