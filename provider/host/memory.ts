/** What the kernel says of a machine's memory in /proc/meminfo (Linux Documentation/filesystems/proc.rst). Pure. */

/** MB; what a kernel does not tell is not there. */
export interface Memory {
  readonly total: number;
  /** What programs can have without swapping: the kernel's own estimate. */
  readonly available?: number;
  readonly swap: number;
  readonly swapFree?: number;
}

/** Undefined where it does not tell the total. */
export function readMemory(meminfo: string): Memory | undefined {
  const mb = (name: string): number | undefined => {
    const kb = new RegExp(`^${name}: *(\\d+)`, "m").exec(meminfo)?.[1];
    return kb === undefined ? undefined : Math.floor(Number(kb) / 1024);
  };
  const [total, available, swapFree] = [mb("MemTotal"), mb("MemAvailable"), mb("SwapFree")];
  if (total === undefined) return undefined;
  return {
    total,
    ...(available === undefined ? {} : { available }),
    swap: mb("SwapTotal") ?? 0,
    ...(swapFree === undefined ? {} : { swapFree }),
  };
}
