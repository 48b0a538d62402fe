/** The public door of the library: everything that a program imports comes from here. */
export { App } from "./app/app";
export type { Replica, RoleOnHost } from "./app/role-on-host";
export type { AppArgs, ContainerSettings, RoleArgs } from "./app/args";
export type { ScheduleArgs } from "./app/schedule-args";
export type { ScheduledRole } from "./app/scheduled";
export type { CleanUp, CleanUpArgs } from "./app/clean-up";
export { letsEncrypt, ownCertificate, type RouteArgs, type Tls } from "./app/route";
export type { TakeOver } from "./app/take-over";
export { Accessory } from "./accessory/accessory";
export type { AccessoryArgs, AccessoryFile } from "./accessory/args";
export type { HostDirectory } from "./accessory/mounts";
export type { AccessoryPort, Publish } from "./accessory/ports";
export { onEachServer } from "./accessory/on-each-server";
export { MariaDb } from "./accessory/mariadb";
export { Memcached } from "./accessory/memcached";
export type { MemcachedArgs } from "./accessory/memcached-args";
export { MySql } from "./accessory/mysql";
export type { MariaDbArgs, MySqlArgs } from "./accessory/mysql-args";
export { Postgres } from "./accessory/postgres";
export type { PostgresArgs } from "./accessory/postgres-args";
export { Redis } from "./accessory/redis";
export type { RedisArgs } from "./accessory/redis-args";
export type { BuiltImage } from "./build/built";
export { Image } from "./build/image";
export type { ImagePush, ImagePushArgs } from "./build/image-push";
export type { BuildCache, ImageArgs } from "./build/args";
export { Component, type Transform } from "./core/component";
export type { Duration, Size } from "../provider/core/units";
export type { Data } from "../provider/data/word";
export type { Container, ContainerArgs } from "./docker/container";
export type { DockerNetwork, DockerNetworkArgs } from "./docker/network";
export type { Pull, PullArgs } from "./image/pull";
export type { Volume, VolumeArgs } from "./docker/volume";
export type { Architecture, Host } from "./host/host";
export type { JumpHostArgs, SshArgs } from "./host/ssh";
export type { HostReady, HostReadyArgs } from "./host/host-ready";
export type { HostFirewall, HostFirewallArgs } from "./firewall/host-firewall";
export type {
  AccessoryReadyArgs,
  BridgeArgs,
  ProxyThereArgs,
  ReadyArgs,
  RegistryPruneArgs,
  RegistryTrustArgs,
  ReleaseArgs,
  ScheduleStepArgs,
  SettleArgs,
  Step,
  SwitchArgs,
} from "./host/step";
export type { SshAddress } from "../provider/ssh/address";
export { Proxy, type ProxyOnHost } from "./proxy/proxy";
export { ExistingProxy, type ExistingProxyOnHost } from "./proxy/existing";
export type { ExistingProxyArgs } from "./proxy/existing-args";
export { proxyVersion, type Front, type ProxyArgs } from "./proxy/args";
export { Firewall } from "./firewall/firewall";
export type { FirewallArgs } from "./firewall/args";
export { http, http3, https, icmp, ssh, tcp, udp, type Rule } from "./firewall/rule";
export { Network } from "./network/network";
export type { NetworkArgs, Zone } from "./network/args";
export { Registry } from "./registry/registry";
export type { RegistryArgs } from "./registry/args";
export { ServerRegistry } from "./registry/server-registry";
export type { ServerRegistryArgs } from "./registry/server-registry-args";
export { Server } from "./server/server";
export type { ServerArgs } from "./server/args";
export type { HostKey } from "./server/host-key";
export { ExistingServer } from "./server/existing-server";
export type { DockerInstall, ExistingServerArgs } from "./server/existing-args";
export type { AcceptableCheck } from "./server/preflight-checks";
export { sextantMocks, type MockedResource, type SextantMocks } from "./testing";
