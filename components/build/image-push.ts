/** The push of an image that was built on this machine to a registry on a server, as a resource. */
import type * as pulumi from "@pulumi/pulumi";
import type { ImagePushInputs } from "../../provider/registry/image-push";
import { transformed, type Transform } from "../core/component";
import { PluginResource, type InputsOf } from "../core/resource";
import { dependingOn } from "../host/depends";
import type { ServerRegistry } from "../registry/server-registry";

/** The arguments of the resource, for transforms. */
export type ImagePushArgs = InputsOf<ImagePushInputs>;

/** What is pushed, of a build. */
type Built = Pick<ImagePushArgs, "repository" | "tag" | "digest" | "directory" | "build">;

/** Brings an image into a registry on a server; its digest is known once it is there. */
export class ImagePush extends PluginResource {
  /** What was built, by its content. */
  declare readonly digest: pulumi.Output<string>;

  constructor(
    name: string,
    registry: ServerRegistry,
    built: Built,
    opts: pulumi.CustomResourceOptions & { parent: pulumi.Resource },
    transform?: Transform<ImagePushArgs>,
  ) {
    const [, args, changed] = transformed<ImagePushArgs>(
      transform,
      name,
      { shell: registry.server.ssh, ...registry.entrance(), ...built },
      dependingOn(registry.server, { ...opts, dependsOn: [...registry.trusted] }),
    );
    super("ImagePush", name, args, { ...changed, additionalSecretOutputs: ["privateKey"] });
  }
}
