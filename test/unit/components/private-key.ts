/** A private key for tests that look at nothing but that it is one. */
import { generateKeyPairSync } from "node:crypto";

export const privateKeyText = generateKeyPairSync("ed25519").privateKey.export({
  type: "pkcs8",
  format: "pem",
}) as string;
