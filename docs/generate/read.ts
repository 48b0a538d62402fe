/** Reads the library's components, their arguments and the types that these name, with the TypeScript compiler. */
import { join } from "node:path";
import ts from "typescript";
import { repoRoot } from "../../lab/paths";
import { docsOf, memberOf, ownMembers, typeText } from "./members";
import type { ComponentDocs, Helper, Library, Member, NamedType } from "./model";
import { door, folderOf, implementsType, isOurs } from "./symbols";

/** In the order in which a program uses them. */
const order = [
  "Server",
  "ExistingServer",
  "Firewall",
  "Network",
  "Registry",
  "ServerRegistry",
  "Image",
  "Proxy",
  "ExistingProxy",
  "Accessory",
  "Postgres",
  "MariaDb",
  "MySql",
  "Redis",
  "Memcached",
  "App",
];
/** For other components only; a program has no use for them. */
const internal = new Set(["args", "lifecycle", "label", "componentName", "exposure"]);

/** The library as its docstrings describe it. */
export function readLibrary(): Library {
  const configuration = ts.readConfigFile(join(repoRoot, "tsconfig.json"), (path) => ts.sys.readFile(path));
  const { options } = ts.convertCompilerOptionsFromJson(
    (configuration.config as { compilerOptions: object }).compilerOptions,
    repoRoot,
  );
  const program = ts.createProgram([door], options);
  const source = program.getSourceFile(door);
  const checker = program.getTypeChecker();
  const module = source && checker.getSymbolAtLocation(source);
  if (module === undefined) throw new Error(`docs: ${door} exports nothing`);
  return new Reader(checker, checker.getExportsOfModule(module)).library();
}

class Reader {
  private readonly exported: ReadonlyMap<string, ts.Symbol>;

  constructor(
    private readonly checker: ts.TypeChecker,
    exports: readonly ts.Symbol[],
  ) {
    this.exported = new Map(
      exports.map((symbol) => [
        symbol.name,
        symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol,
      ]),
    );
  }

  library(): Library {
    const classes = [...this.exported.values()].filter((symbol) => this.isComponent(symbol));
    const unlisted = classes.filter(({ name }) => !order.includes(name)).map(({ name }) => name);
    if (unlisted.length > 0)
      throw new Error(`docs: ${unlisted.join(", ")} has no place in the order of the pages`);
    const transform = this.exported.get("Transform");
    if (transform === undefined) throw new Error("docs: components/index.ts does not export Transform");
    return {
      components: order.map((name) => this.component(name)),
      transform: this.named(transform),
    };
  }

  private component(name: string): ComponentDocs {
    const symbol = this.exported.get(name);
    const declaration = symbol?.valueDeclaration;
    if (symbol === undefined || declaration === undefined || !ts.isClassDeclaration(declaration))
      throw new Error(`docs: components/index.ts exports no class ${name}`);
    const parameter = declaration.members.find(ts.isConstructorDeclaration)?.parameters[1];
    const type = parameter && this.checker.getTypeAtLocation(parameter);
    if (parameter === undefined || type === undefined) throw new Error(`docs: ${name} takes no arguments`);
    const properties = this.checker.getPropertiesOfType(this.checker.getNonNullableType(type));
    // A preset's own arguments come first; the compiler lists them so, too.
    const members = this.publicMembers(symbol);
    const isChild = ({ type }: Member): boolean =>
      /\b(docker|hcloud|command)\.(?!types\b)|OnHost\b|\b(Pull|Container|Volume|DockerNetwork|HostFirewall)\b/.test(
        type,
      );
    const helpers = this.helpers(declaration);
    return {
      name,
      token: this.token(declaration),
      docs: docsOf(symbol, this.checker),
      argsOptional: parameter.initializer !== undefined || parameter.questionToken !== undefined,
      args: properties.map((property) => memberOf(property, this.checker)),
      children: members.filter(isChild),
      outputs: members.filter((member) => !isChild(member)),
      helpers: helpers.map((helper) => this.helper(helper)),
      types: this.typesBelow([...properties, ...helpers, ...this.publicSymbols(symbol)]),
    };
  }

  /** The type token: what the constructor, or that of the class it extends, hands to `Component`. */
  private token(declaration: ts.ClassDeclaration): string {
    const className = /super\(\s*"([A-Z][A-Za-z]+)"/.exec(declaration.getText())?.[1];
    if (className !== undefined) return `sextant:index:${className}`;
    const base = this.baseOf(declaration);
    if (base === undefined) throw new Error(`docs: ${declaration.name?.text ?? "a class"} has no type token`);
    return this.token(base);
  }

  private baseOf(declaration: ts.ClassDeclaration): ts.ClassDeclaration | undefined {
    const clause = declaration.heritageClauses?.find(({ token }) => token === ts.SyntaxKind.ExtendsKeyword);
    const symbol = clause?.types[0] && this.checker.getTypeAtLocation(clause.types[0]).symbol;
    return symbol?.declarations?.find(ts.isClassDeclaration);
  }

  private isComponent(symbol: ts.Symbol): boolean {
    const declaration = symbol.declarations?.find(ts.isClassDeclaration);
    if (declaration === undefined) return false;
    const base = this.baseOf(declaration)?.name;
    const parent = base && this.checker.getSymbolAtLocation(base);
    return parent !== undefined && (parent.name === "Component" || this.isComponent(parent));
  }

  private publicSymbols(symbol: ts.Symbol): ts.Symbol[] {
    return this.checker
      .getPropertiesOfType(this.checker.getDeclaredTypeOfSymbol(symbol))
      .filter((property) => {
        const [declaration] = property.declarations ?? [];
        return (
          declaration !== undefined &&
          isOurs(declaration) &&
          !internal.has(property.name) &&
          !(
            ts.getCombinedModifierFlags(declaration) &
            (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)
          ) &&
          !(property.flags & ts.SymbolFlags.Method)
        );
      });
  }

  private publicMembers(symbol: ts.Symbol): Member[] {
    return this.publicSymbols(symbol).map((property) => memberOf(property, this.checker));
  }

  /** Exported functions and values that lie beside a component; those of a preset are its base's. */
  private helpers(declaration: ts.ClassDeclaration): ts.Symbol[] {
    const directory = folderOf(declaration);
    return [...this.exported.values()].filter(
      ({ valueDeclaration }) =>
        valueDeclaration !== undefined &&
        (ts.isFunctionDeclaration(valueDeclaration) || ts.isVariableDeclaration(valueDeclaration)) &&
        folderOf(valueDeclaration) === directory,
    );
  }

  private helper(symbol: ts.Symbol): Helper {
    const declaration = symbol.valueDeclaration;
    const signature =
      declaration !== undefined && ts.isFunctionDeclaration(declaration)
        ? `${symbol.name}(${declaration.parameters.map((parameter) => parameter.getText()).join(", ")}): ${declaration.type?.getText() ?? "void"}`
        : `${symbol.name}: ${typeText(symbol, this.checker)}`;
    return { name: symbol.name, signature, docs: docsOf(symbol, this.checker) };
  }

  /** The library's own types that these symbols name, and those that these name, each once. */
  private typesBelow(symbols: readonly ts.Symbol[]): NamedType[] {
    const found = new Map<ts.Symbol, NamedType>();
    const visit = (node: ts.Node): void => {
      if (ts.isTypeReferenceNode(node) || ts.isExpressionWithTypeArguments(node)) {
        const name = ts.isTypeReferenceNode(node) ? node.typeName : node.expression;
        this.typeSymbols(name).forEach(enter);
      }
      ts.forEachChild(node, visit);
    };
    const enter = (symbol: ts.Symbol): void => {
      if (found.has(symbol)) return;
      const type = this.named(symbol);
      found.set(symbol, type);
      if (type.components.length === 0) (symbol.declarations ?? []).forEach(visit);
    };
    for (const symbol of symbols) (symbol.declarations ?? []).forEach(visit);
    return [...found.values()];
  }

  private typeSymbols(name: ts.Node): ts.Symbol[] {
    const reference = this.checker.getSymbolAtLocation(name);
    if (reference === undefined) return [];
    const symbol =
      reference.flags & ts.SymbolFlags.Alias ? this.checker.getAliasedSymbol(reference) : reference;
    const documented = symbol.flags & (ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias);
    // The form of every transform has its place in the index, its members have theirs at the argument.
    // How the inputs of a resource take outputs is said where they are.
    const elsewhere = symbol.name.endsWith("Transform") || symbol.name === "DeepInput";
    return documented && !elsewhere && (symbol.declarations ?? []).some(isOurs) ? [symbol] : [];
  }

  private named(symbol: ts.Symbol): NamedType {
    const declaration = symbol.declarations?.[0];
    const components = [...this.exported.values()].filter((other) => implementsType(other, symbol.name));
    const made = this.helpersOf(symbol);
    return {
      name: symbol.name,
      docs: docsOf(symbol, this.checker),
      definition:
        declaration !== undefined && ts.isTypeAliasDeclaration(declaration) && made.length === 0
          ? this.definition(declaration)
          : undefined,
      members: components.length > 0 ? [] : ownMembers(declaration, this.checker),
      bases: this.bases(declaration),
      components: components.map(({ name }) => name),
    };
  }

  /** An alias written out; one that is computed from values shows these. */
  private definition(declaration: ts.TypeAliasDeclaration): string {
    return ts.isIndexedAccessTypeNode(declaration.type)
      ? this.checker.typeToString(
          this.checker.getTypeAtLocation(declaration.type),
          undefined,
          ts.TypeFormatFlags.InTypeAlias | ts.TypeFormatFlags.NoTruncation,
        )
      : declaration.type.getText().replace(/\s+/g, " ");
  }

  /** Exported functions that make a value of a type, so that nobody writes it by hand. */
  private helpersOf(symbol: ts.Symbol): string[] {
    return [...this.exported.values()]
      .filter(
        ({ valueDeclaration }) =>
          valueDeclaration !== undefined &&
          ts.isFunctionDeclaration(valueDeclaration) &&
          valueDeclaration.type?.getText() === symbol.name,
      )
      .map(({ name }) => name);
  }

  private bases(declaration: ts.Declaration | undefined): NamedType["bases"] {
    if (declaration === undefined || !ts.isInterfaceDeclaration(declaration)) return [];
    return (declaration.heritageClauses ?? []).flatMap(({ types }) =>
      types.map((node) => ({
        name: node.expression.getText(),
        members: this.checker
          .getPropertiesOfType(this.checker.getTypeAtLocation(node))
          .map(({ name }) => name),
      })),
    );
  }
}
