/** What the plugin does for each type of resource, by the last part of its token: `Container` of `sextant:index:Container`. */
import { dataProvider } from "./data/data";
import { leftVolume } from "./data/no-more";
import { volumeListProvider } from "./data/volume-list";
import { containerProvider } from "./docker/container";
import { networkProvider } from "./docker/network";
import { pullProvider } from "./docker/pull";
import { volumeProvider } from "./docker/volume";
import { hostFirewallProvider } from "./host/firewall/host-firewall";
import { goneProvider } from "./host/gone";
import { hostReadyProvider } from "./host/host-ready";
import { onOneHost } from "./on-one-host";
import { imagePushProvider } from "./registry/image-push";
import { registryCertificatesProvider } from "./registry/registry-certificates";
import { certificatesProvider } from "./release/certificates";
import { cleanUpProvider } from "./release/clean-up";
import { bridged } from "./release/proxy-again";
import { stepProvider } from "./release/step";
import { steps } from "./release/steps";
import { waitProvider } from "./release/wait";

const gate = onOneHost(hostReadyProvider, () => "what Sextant has put into /var/lib/sextant", true);

export const resources = {
  AccessoryReady: stepProvider(steps.AccessoryReady),
  Assets: stepProvider(steps.Assets),
  Bridge: stepProvider(steps.Bridge),
  Canary: stepProvider(steps.Canary),
  Certificate: stepProvider(steps.Certificate),
  Certificates: certificatesProvider,
  CleanUp: cleanUpProvider,
  Container: onOneHost(bridged(containerProvider), ({ name }) => `the container ${name}`),
  Data: dataProvider,
  Directories: stepProvider(steps.Directories),
  DockerNetwork: onOneHost(networkProvider, () => ""),
  ErrorPages: stepProvider(steps.ErrorPages),
  Gone: goneProvider,
  HostFirewall: onOneHost(hostFirewallProvider, () => "its firewall"),
  HostReady: gate,
  ImagePush: imagePushProvider,
  MysqlLogin: stepProvider(steps.MysqlLogin),
  PostgresLogin: stepProvider(steps.PostgresLogin),
  Preflight: gate,
  ProxyThere: stepProvider(steps.ProxyThere),
  Pull: pullProvider,
  Ready: stepProvider(steps.Ready),
  RegistryCertificates: registryCertificatesProvider,
  RegistryPrune: stepProvider(steps.RegistryPrune),
  RegistryTrust: stepProvider(steps.RegistryTrust),
  Release: stepProvider(steps.Release),
  Schedule: stepProvider(steps.Schedule),
  Settle: stepProvider(steps.Settle),
  Switch: stepProvider(steps.Switch),
  Volume: onOneHost(volumeProvider, ({ name }) => leftVolume(name)),
  Volumes: volumeListProvider,
  Wait: waitProvider,
};

const givenUp = { create: () => Promise.reject(new Error("no program makes such a resource")) };

/** What a state may have and no program makes: there is nothing of it on a host, and it is given up without a word. */
export const retired = { Prune: givenUp, Routes: givenUp };

/** The types of the resources. */
export type ResourceType = keyof typeof resources;
