/** The password managers that `sextant secrets fetch` knows, by Kamal's names for them: lib/kamal/secrets/adapters.rb. */
import type { Adapter } from "./adapter";
import { awsSecretsManager } from "./aws";
import { bitwarden } from "./bitwarden";
import { bitwardenSecretsManager } from "./bitwarden-sm";
import { doppler } from "./doppler";
import { enpass } from "./enpass";
import { gcpSecretManager } from "./gcp";
import { lastPass } from "./last-pass";
import { onePassword } from "./one-password";
import { passbolt } from "./passbolt";

const adapters: readonly Adapter[] = [
  ...[onePassword, bitwarden, bitwardenSecretsManager, lastPass, awsSecretsManager],
  ...[gcpSecretManager, doppler, enpass, passbolt],
];

/** Their names, the one of each that is said first. */
export const adapterNames: readonly string[] = adapters.map(({ names: [first = ""] }) => first);

const plain = (name: string): string => name.toLowerCase().replaceAll("_", "-");

/** The one of a name; undefined where there is none. */
export const adapterOf = (name: string): Adapter | undefined =>
  adapters.find(({ names }) => names.some((each) => plain(each) === plain(name)));
