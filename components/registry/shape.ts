/** The shape of a registry's arguments. */
import { type Shape, flag, hiddenText, needed, object, text } from "../core/shape";
import type { RegistryArgs } from "./args";

export const registryShape: Shape<RegistryArgs> = object<RegistryArgs>(
  {
    address: needed(text, 'write it like "ghcr.io"'),
    username: needed(hiddenText),
    password: needed(hiddenText),
    insecure: flag,
  },
  '{ address: "ghcr.io", username: "deploy", password: config.requireSecret("ghcr") }',
  { server: "write address" },
);
