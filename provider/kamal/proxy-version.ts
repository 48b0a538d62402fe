/** Whether a kamal-proxy knows less than the routes of this library ask for: `--health-check-host` came with v0.9.2 (internal/cmd/deploy.go). */

/** @param version as its tag has it: `v0.9.1`; one that says nothing is not old */
export function isOldProxy(version: string): boolean {
  const [, ...parts] = /^v?(\d+)\.(\d+)\.(\d+)$/.exec(version) ?? [];
  if (parts.length === 0) return false;
  const [major = 0, minor = 0, patch = 0] = parts.map(Number);
  return major === 0 && (minor < 9 || (minor === 9 && patch < 2));
}
