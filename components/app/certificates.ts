/** The certificates of an app's routes from Let's Encrypt, as one resource for all its hosts. */
import type * as pulumi from "@pulumi/pulumi";
import { PluginResource, type InputsOf } from "../core/resource";
import type { CertificatesInputs } from "../../provider/release/certificates";

/** After the last switch: each name is asked for once, so that its certificate is there before the first visitor. */
export class Certificates extends PluginResource {
  /** What is said of each name whose certificate is not there; none when all are. */
  declare readonly missing: pulumi.Output<string[]>;

  constructor(name: string, inputs: InputsOf<CertificatesInputs>, opts: pulumi.CustomResourceOptions) {
    super("Certificates", name, { ...inputs, missing: undefined }, opts);
  }
}
