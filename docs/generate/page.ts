/** The page of a component, as Markdown. */
import {
  pageName,
  type ComponentDocs,
  type Docs,
  type Helper,
  type Library,
  type Member,
  type NamedType,
} from "./model";

const notice = "<!-- Made from the docstrings in components/ by npm run docs; edit those. -->";

export function componentPage(component: ComponentDocs, pages: readonly string[]): string {
  const { args, children, outputs } = component;
  const transform = args.find((argument) => argument.name === "transform");
  const arguments_ = args.filter((argument) => argument !== transform);
  const above = new Set(args.map(({ name }) => name));
  // An interface that the arguments extend is on the page already.
  const types = component.types.filter(
    ({ members }) => members.length === 0 || !members.every((member) => above.has(member.name)),
  );
  return join([
    notice,
    `# ${component.name}`,
    component.docs.text,
    example(component),
    `\`new ${component.name}(name, args${component.argsOptional ? "?" : ""}, opts?)\` makes a \`${component.token}\`. ` +
      "`opts` are Pulumi's own options of a component.",
    "## Arguments",
    table(
      ["Argument", "Type", "Default", "Editing it"],
      arguments_.map((argument) => [
        `[\`${argument.name}\`](#${argument.name.toLowerCase()})`,
        code(argument.type),
        argument.optional ? value(argument.docs.default) : "required",
        argument.docs.edit ?? "",
      ]),
    ),
    ...arguments_.flatMap(argumentSection),
    ...(transform === undefined ? [] : transformSection(transform)),
    ...(children.length === 0
      ? []
      : ["## Children", "Resources that it makes, as members of the component.", membersTable(children)]),
    ...(outputs.length === 0 ? [] : ["## Outputs", membersTable(outputs)]),
    ...(component.helpers.length === 0 ? [] : ["## Made with", ...component.helpers.flatMap(helperSection)]),
    ...(types.length === 0 ? [] : ["## Types", ...types.flatMap((type) => typeSection(type, pages, above))]),
  ]);
}

/** The index of the pages. */
export function indexPage({ components, transform }: Library): string {
  return join([
    notice,
    "# Reference",
    "A page a component: what it is, an example, every argument with its default and with what editing it does to what is " +
      "there already, the resources that it makes, and the types that its arguments name. A deployment is described in the " +
      "project's README.",
    "How it is used, step by step: [The start](guide/start.md), [Deploying and going back](guide/deploy.md), [A day's work](guide/day.md): logs, consoles, maintenance, [Previews and deploys in " +
      "CI](guide/ci.md), [Secrets](guide/secrets.md), [From Kamal](guide/from-kamal.md), with [each of its commands, flags and keys](kamal.md), [Upgrading](guide/upgrading.md), with what counts as a breaking change, and [When " +
      "something is wrong](guide/wrong.md).",
    table(
      ["Component", "What it is"],
      components.map(({ name, docs }) => [`[${name}](${pageName(name)})`, firstSentence(docs.text)]),
    ),
    "What is looked at on a machine that is there already, before it is used: [Preflight](preflight.md).",
    "A deploy failed: [Troubleshooting](troubleshooting.md) has a section for every cause that is told apart. It was cut off, or a " +
      "host is dead: [When a run was cut off](interrupted.md).",
    "What does the work on servers, and how Pulumi finds it: [The plugin](plugin.md).",
    "## What editing an argument does",
    [
      "- **in place**: the resource is changed; nothing that runs is stopped for it.",
      "- **replaces**: the old one goes and a new one comes.",
      "- **rolling replace**: new containers beside the old ones, gates, then the switches, as in a release; no request is lost.",
      "- **nothing after creation**: it counts for the next server. `pulumi up --replace <urn>` makes one.",
    ].join("\n"),
    "`pulumi preview` shows which of these an edit is before anything is touched. What it refuses, and why: " +
      "[checks.md](checks.md). What is promised: [guarantees.md](guarantees.md). What a company can enforce: [policy.md](policy.md). A program in a unit test: " +
      "[testing.md](testing.md). What becomes of data: [data.md](data.md).",
    "## What the package brings",
    "`@pulumi/hcloud` makes servers, firewalls, networks and keys at Hetzner. `@pulumi/command` makes one thing, the host key of a new " +
      "`Server`, on the machine that runs `pulumi`; and `server.connection` has its type, for remote commands of a program's own. " +
      "`@pulumi/docker` is there for `server.docker`, the provider for containers, images and volumes of a program's own on a host, and is " +
      "started when a program first asks for it. `@pulumi/docker-build` builds the images of `Image`, and is started where there is one. What the components put on a host needs none of these: the library's own plugin does it.",
    "## transform",
    transform.docs.text,
    transform.docs.examples.map((text) => `- ${code(`transform: ${text}`)}`).join("\n"),
    transform.definition === undefined ? "" : `The type of each member: ${code(transform.definition)}`,
  ]);
}

function example({ name, docs, helpers }: ComponentDocs): string {
  const text = docs.examples.join("\n\n");
  const used = [...new Set(text.match(/\bnew (\w+)\(/g)?.map((call) => call.slice(4, -1)) ?? [name])];
  const called = helpers
    .map((helper) => helper.name)
    .filter((helper) => new RegExp(`(^|[^.\\w"])${helper}\\b`).test(text));
  const others = ["ssh", "http", "https", "letsEncrypt"].filter(
    (other) => !called.includes(other) && new RegExp(`[[ ]${other}\\b[.,(\\]]`).test(text),
  );
  return (
    "```ts\n" +
    `import { ${[...used, ...called, ...others].join(", ")} } from "pulumi-sextant";\n\n${text}\n` +
    "```"
  );
}

function argumentSection(argument: Member): string[] {
  const { docs } = argument;
  return [
    `### \`${argument.name}\``,
    [code(argument.type), argument.optional ? `default ${value(docs.default)}` : "required"].join(", "),
    docs.text,
    ...examples(docs),
    ...(docs.edit === undefined ? [] : [`Editing it: ${docs.edit}.`]),
    ...(argument.members.length === 0 ? [] : [argumentsTable(argument.members)]),
  ];
}

function transformSection(transform: Member): string[] {
  return [
    "## transform",
    `${transform.docs.text} Each is partial arguments or a function, see [the index](README.md#transform).`,
    table(
      ["Member", "Arguments of", "Which child"],
      transform.members.map((member) => [
        code(member.name),
        code(member.type.replace(/^Transform<(.*)>$/, "$1").replace(/Args$/, "")),
        line(member.docs.text),
      ]),
    ),
  ];
}

function helperSection(helper: Helper): string[] {
  return [`### \`${helper.name}\``, code(helper.signature), helper.docs.text, ...examples(helper.docs)];
}

function typeSection(type: NamedType, pages: readonly string[], above: ReadonlySet<string>): string[] {
  const linked = type.components
    .filter((name) => pages.includes(name))
    .map((name) => `[${name}](${pageName(name)})`);
  return [
    `### \`${type.name}\``,
    ...(linked.length === 0 ? [] : [`A ${linked.join(" or an ")}.`]),
    type.docs.text,
    ...(type.definition === undefined ? [] : [code(type.definition)]),
    ...(type.members.length === 0 ? [] : [argumentsTable(type.members)]),
    ...type.bases.map(({ name, members }) =>
      members.every((member) => above.has(member))
        ? `Besides, as above for the component: ${members.map((member) => `[\`${member}\`](#${member.toLowerCase()})`).join(", ")}.`
        : `Besides, all members of \`${name}\`.`,
    ),
  ];
}

/** Members of a type, those that are written out in place below their own. */
function argumentsTable(members: readonly Member[]): string {
  const optional = members.some((member) => member.optional);
  const rows = (list: readonly Member[], prefix: string): string[][] =>
    list.flatMap((member) => [
      [
        code(prefix + member.name),
        code(member.type),
        member.optional ? value(member.docs.default) : optional ? "required" : "",
        [line(member.docs.text), ...member.docs.examples.map((text) => `Example: ${code(text)}.`)].join(" ") +
          (member.docs.edit === undefined ? "" : ` Editing it: ${member.docs.edit}.`),
      ],
      ...rows(member.members, `${prefix}${member.name}.`),
    ]);
  return table(["Member", "Type", "Default", "What it is"], rows(members, ""));
}

function membersTable(members: readonly Member[]): string {
  return table(
    ["Member", "Type", "What it is"],
    members.map((member) => [code(member.name), code(member.type), line(member.docs.text)]),
  );
}

/** A table without the columns in which nothing stands. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const kept = head.map((_, at) => rows.some((row) => (row[at] ?? "") !== ""));
  const write = (cells: readonly string[]): string =>
    `| ${cells
      .filter((_, at) => kept[at])
      .map((cell) => cell.replaceAll("|", "\\|"))
      .join(" | ")} |`;
  return [write(head), write(head.map(() => "---")), ...rows.map(write)].join("\n");
}

function examples(docs: Docs): string[] {
  return docs.examples.length === 0 ? [] : [`Example: ${docs.examples.map(code).join(", ")}`];
}

/** A default: a literal as code, a description as it is. */
function value(text: string | undefined): string {
  if (text === undefined) return "";
  return /^("[^"]*"|\d+|true|false|\[[^\]]*\])$/.test(text) ? code(text) : text;
}

function code(text: string): string {
  return text.includes("`") ? `\`\` ${text} \`\`` : `\`${text}\``;
}

/** A text in one line, for a table's cell. */
function line(text: string): string {
  return text
    .replace(/\n- /g, " ")
    .replace(/\s*\n\s*/g, " ")
    .trim();
}

function firstSentence(text: string): string {
  return /^.*?[.:](?=\s|$)/s.exec(line(text))?.[0].replace(/:$/, ".") ?? line(text);
}

function join(parts: readonly string[]): string {
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}
