/** `registry`: where images are pulled from. */
import { Mixed } from "../erb";
import { Fields, type Node } from "../node";
import type { RegistryPart } from "../program";
import type { Reader } from "../reader";
import { secretByHand, secretOf, type Context } from "./context";

export type RegistryParts = RegistryPart[];

/** The address of the registry below a reader, which is added to the list; undefined where there is none. */
export function registryOf(
  of: Reader,
  context: Context,
  parts: RegistryParts,
  name: string,
): Node | "local" | undefined {
  const registry = of.map("registry");
  if (registry === undefined || registry.keys.length === 0) return undefined;
  const server = registry.text("server");
  if (typeof server === "string" && /^localhost(:|$)/.test(server)) {
    registry.take("username");
    registry.take("password");
    context.notes.add(
      registry.at("server"),
      "act",
      "Kamal ran a registry on your machine and brought it to the hosts through SSH; here it is on one of the servers: a ServerRegistry, to which an Image goes through SSH that your machine builds, or that a server builds (npx sextant docs server-registry). Or the image is in a registry that the hosts reach, such as ghcr.io: pulumi config set image REGISTRY/NAME, and add a Registry with its login.",
      server,
    );
    return "local";
  }
  const address = server === undefined || server === "hub.docker.com" ? "docker.io" : server;
  const [user, password] = [registry.take("username"), registry.take("password")];
  if (user === undefined && password === undefined) return address;
  const secrets = name === "registry" ? "registry" : name;
  const login = new Fields()
    .with("address", address)
    .with("username", username(registry, user, context))
    .with("password", passwordOf(registry, password, context, `${secrets}_password`));
  if (!parts.some(({ fields }) => same(fields, login))) parts.push({ name, fields: login });
  return address;
}

function same(one: Fields, other: Fields): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

type RawValue = ReturnType<Reader["take"]>;

function username(registry: Reader, user: RawValue, context: Context): Node {
  if (Array.isArray(user)) return secretOf(context, String(user[0]), registry.at("username"));
  return user === undefined ? "" : registry.node("username", user);
}

/** The password: a secret, whatever Kamal has it as. */
function passwordOf(registry: Reader, password: RawValue, context: Context, name: string): Node {
  const at = registry.at("password");
  if (Array.isArray(password)) return secretOf(context, String(password[0]), at);
  const why =
    password instanceof Mixed
      ? "Ruby made it with each deploy, which is not run here: what it ran has to be run before, in CI"
      : "Kamal's file has it in the clear, and whoever has the repository has it";
  return secretByHand(context, name, at, why);
}

/** An image with the registry before it. */
export function withRegistry(registry: Node, image: string): string {
  return typeof registry === "string" && registry !== "docker.io" && registry !== "local"
    ? `${registry}/${image}`
    : image;
}
