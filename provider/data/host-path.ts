/** What holds data by its name: a path of the host, or a Docker volume, whose name has no slash. Pure. */

/** Whether it is an absolute path of the host, and no name of a Docker volume: it is kept as one is, and never made or copied. */
export const isPath = (source: string): boolean => source.startsWith("/");

/** Whether a path of the host is the system's, such as a socket, and holds no data: many share it. */
export const isSystems = (path: string): boolean => /^\/(var\/)?(dev|proc|run|sys)(\/|$)/.test(path);
