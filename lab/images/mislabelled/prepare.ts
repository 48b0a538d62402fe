/** The small shop's program for arm64. */
export { prepare } from "../foreign/prepare";
