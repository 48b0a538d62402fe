/** A step of a release as a resource: it is taken on its host when its inputs change, and says why where it fails. */
import type * as pulumi from "@pulumi/pulumi";
import { transformed, type Transform } from "../core/component";
import { PluginResource, type InputsOf } from "../core/resource";
import type { AccessoryReadyInputs } from "../../provider/release/accessory-ready";
import type { AssetsInputs } from "../../provider/release/assets";
import type { CertificateInputs } from "../../provider/release/certificate";
import type { ErrorPagesInputs } from "../../provider/release/error-pages";
import type { CanaryInputs } from "../../provider/release/canary";
import type { BridgeInputs } from "../../provider/release/bridge";
import type { DirectoriesInputs } from "../../provider/release/directories";
import type { ProxyThereInputs } from "../../provider/release/proxy-there";
import type { ReadyInputs } from "../../provider/release/ready";
import type { RegistryPruneInputs } from "../../provider/release/registry-prune";
import type { RegistryTrustInputs } from "../../provider/release/registry-trust";
import type { ReleaseInputs } from "../../provider/release/release";
import type { ScheduleInputs } from "../../provider/release/schedule";
import type { SettleInputs } from "../../provider/release/settle";
import type { InputsOfStep, StepType } from "../../provider/release/steps";
import type { SwitchInputs } from "../../provider/release/switch";
import { dependingOn } from "./depends";
import type { Host } from "./host";

/** The arguments of a type of step. */
type StepArgs<Type extends StepType> = InputsOf<InputsOfStep[Type]>;

/** The arguments of the check of an accessory, for transforms. */
export type AccessoryReadyArgs = InputsOf<AccessoryReadyInputs>;

/** The arguments of the step that puts assets on a host, for transforms. */
export type AssetsArgs = InputsOf<AssetsInputs>;

/** The arguments of the step before a proxy is replaced, for transforms. */
export type BridgeArgs = InputsOf<BridgeInputs>;

/** The arguments of the step that gives a canary its visitors, for transforms. */
export type CanaryStepArgs = InputsOf<CanaryInputs>;

/** The arguments of the step that puts a certificate on a host. */
export type CertificateArgs = InputsOf<CertificateInputs>;

/** The arguments of the step that puts error pages on a host. */
export type ErrorPagesArgs = InputsOf<ErrorPagesInputs>;

/** The arguments of what makes directories of a host, for transforms. */
export type DirectoriesArgs = InputsOf<DirectoriesInputs>;

/** The arguments of the look for another program's proxy, for transforms. */
export type ProxyThereArgs = InputsOf<ProxyThereInputs>;

/** The arguments of the check of a container, for transforms. */
export type ReadyArgs = InputsOf<ReadyInputs>;

/** The arguments of what removes older images of a registry on a server, for transforms. */
export type RegistryPruneArgs = InputsOf<RegistryPruneInputs>;

/** The arguments of what lets a host use a registry on a server, for transforms. */
export type RegistryTrustArgs = InputsOf<RegistryTrustInputs>;

/** The arguments of the release command, for transforms. */
export type ReleaseArgs = InputsOf<ReleaseInputs>;

/** The arguments of what puts a role with a schedule on its host, for transforms. */
export type ScheduleStepArgs = InputsOf<ScheduleInputs>;

/** The arguments of the step after a proxy was replaced, for transforms. */
export type SettleArgs = InputsOf<SettleInputs>;

/** The arguments of a switch, for transforms. */
export type SwitchArgs = InputsOf<SwitchInputs>;

/**
 * A step on a host. It is never replaced: with its inputs it is an update, so that what undoes one release never runs after the next one.
 * Its type is `sextant:index:Switch` and so on.
 */
export class Step<Type extends StepType = StepType> extends PluginResource {
  constructor(
    type: Type,
    name: string,
    host: Host,
    inputs: Omit<StepArgs<Type>, "shell">,
    opts: pulumi.CustomResourceOptions & { parent: pulumi.Resource },
    transform?: Transform<StepArgs<Type>>,
  ) {
    const given = { shell: host.ssh, ...inputs } as StepArgs<Type>;
    const [, args, changed] = transformed<StepArgs<Type>>(transform, name, given, dependingOn(host, opts));
    super(type, name, args, changed);
  }
}
