/** A machine that was not made here, with its arguments from PREFLIGHT. */
import * as pulumi from "@pulumi/pulumi";
import { ExistingServer, type ExistingServerArgs } from "../../../../components";

const config = new pulumi.Config();
const args = JSON.parse(process.env["PREFLIGHT"] ?? "") as ExistingServerArgs;

export const address = new ExistingServer("old-1", {
  ...args,
  ssh: { privateKeyFile: config.require("sshKeyFile") },
}).address;
