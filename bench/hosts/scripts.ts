/** Shell lines for the servers, outside the measured time. */

/** Docker's label that Sextant's proxy has and Kamal's has not. */
const ours = "sextant.config";

/**
 * Gives the name kamal-proxy to the proxy of the tool whose turn it is. Both tools want a container of that name; both
 * proxies run all the time, on ports of their own, and renaming one does not touch its connections.
 */
export function takeTurn(tool: "sextant" | "kamal"): string {
  const other = tool === "sextant" ? "kamal" : "sextant";
  return `
owner() {
    docker container inspect "$1" >/dev/null 2>&1 || { echo nobody; return; }
    if [ -n "$(docker inspect --format '{{index .Config.Labels "${ours}"}}' "$1")" ]; then echo sextant; else echo kamal; fi
}
[ "$(owner kamal-proxy)" != ${other} ] || docker rename kamal-proxy parked-${other}
[ "$(owner parked-${tool})" = nobody ] || docker rename parked-${tool} kamal-proxy
`;
}

/** Removes a version's image by its name, so that a release has to pull it; layers that another one uses stay. */
export function forgetImage(image: string): string {
  return `docker image rm --force ${image} >/dev/null 2>&1 || true\n`;
}

/** Pulls an image, as it would be there if the other tool had not cleaned it up; the login comes with the script. */
export function fetchImage(
  image: string,
  registry: { address: string; username: string; password: string },
): string {
  return `
if ! docker image inspect ${image} >/dev/null 2>&1; then
    config=$(mktemp -d)
    docker --config "$config" login --username ${registry.username} --password-stdin ${registry.address} >/dev/null 2>&1 <<'END'
${registry.password}
END
    docker --config "$config" pull --quiet ${image} >/dev/null
    rm -r "$config"
fi
`;
}

/** Removes all that Kamal puts on a server. */
export const forgetKamal = `
docker ps --all --quiet --filter label=service=lite | xargs -r docker rm --force --volumes >/dev/null
docker rm --force --volumes kamal-proxy >/dev/null 2>&1 || true
docker network rm kamal >/dev/null 2>&1 || true
docker volume rm kamal-proxy-config >/dev/null 2>&1 || true
rm -rf /root/.kamal /root/.docker/config.json
`;

/** Removes the images of app and proxy that no container uses. */
export const forgetImages = `
docker image prune --all --force >/dev/null
`;

/**
 * Ends the SSH sessions that a tool has left open for its next run. Users deploy minutes apart, and here a run begins some
 * seconds after the one before.
 */
export const endSessions = "pkill -f '^sshd: root' || true\n";
