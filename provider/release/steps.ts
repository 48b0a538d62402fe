/** The types of steps, each with its inputs. */
import { accessoryReadyStep, type AccessoryReadyInputs } from "./accessory-ready";
import { assetsStep, type AssetsInputs } from "./assets";
import { bridgeStep, type BridgeInputs } from "./bridge";
import { canaryStep, type CanaryInputs } from "./canary";
import { certificateStep, type CertificateInputs } from "./certificate";
import { directoriesStep, type DirectoriesInputs } from "./directories";
import { errorPagesStep, type ErrorPagesInputs } from "./error-pages";
import { mysqlLoginStep, type MysqlLoginInputs } from "./mysql-login";
import { postgresLoginStep, type PostgresLoginInputs } from "./postgres-login";
import { proxyThereStep, type ProxyThereInputs } from "./proxy-there";
import { readyStep, type ReadyInputs } from "./ready";
import { registryPruneStep, type RegistryPruneInputs } from "./registry-prune";
import { registryTrustStep, type RegistryTrustInputs } from "./registry-trust";
import { releaseStep, type ReleaseInputs } from "./release";
import { scheduleStep, type ScheduleInputs } from "./schedule";
import { settleStep, type SettleInputs } from "./settle";
import { switchStep, type SwitchInputs } from "./switch";
import type { Step } from "./step";

/** The inputs of each type of step. */
export interface InputsOfStep {
  AccessoryReady: AccessoryReadyInputs;
  Assets: AssetsInputs;
  Bridge: BridgeInputs;
  Canary: CanaryInputs;
  Certificate: CertificateInputs;
  Directories: DirectoriesInputs;
  ErrorPages: ErrorPagesInputs;
  MysqlLogin: MysqlLoginInputs;
  PostgresLogin: PostgresLoginInputs;
  ProxyThere: ProxyThereInputs;
  Ready: ReadyInputs;
  RegistryPrune: RegistryPruneInputs;
  RegistryTrust: RegistryTrustInputs;
  Release: ReleaseInputs;
  Schedule: ScheduleInputs;
  Settle: SettleInputs;
  Switch: SwitchInputs;
}

/** The name of a type of step. */
export type StepType = keyof InputsOfStep;

export const steps: { [Type in StepType]: Step<InputsOfStep[Type]> } = {
  AccessoryReady: accessoryReadyStep,
  Assets: assetsStep,
  Bridge: bridgeStep,
  Canary: canaryStep,
  Certificate: certificateStep,
  Directories: directoriesStep,
  ErrorPages: errorPagesStep,
  MysqlLogin: mysqlLoginStep,
  PostgresLogin: postgresLoginStep,
  ProxyThere: proxyThereStep,
  Ready: readyStep,
  RegistryPrune: registryPruneStep,
  RegistryTrust: registryTrustStep,
  Release: releaseStep,
  Schedule: scheduleStep,
  Settle: settleStep,
  Switch: switchStep,
};
