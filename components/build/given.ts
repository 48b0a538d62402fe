/** What stands where a program may name an image, or give one that it builds. */
import { either, made, ofType, text, type Shape } from "../core/shape";
import type { BuiltImage } from "./built";

const isBuilt = (value: unknown): boolean =>
  typeof value === "object" && value !== null && ofType("sextant:index:Image")(value);
const built = made<BuiltImage>("an Image", isBuilt, 'give the one that new Image("shop", …) makes');

export const imageOrName: Shape<string | BuiltImage> = either(built, isBuilt, text);
