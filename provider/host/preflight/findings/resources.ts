/** What a machine has: memory, disk, a kernel, a clock. */
import { engineOf } from "../containers";
import { when, type Finding } from "../finding";
import type { Machine } from "../machine";

export const memory: Finding = {
  id: "memory",
  level: "refuses",
  match: ({ memory: has }, { memory: asked }) =>
    has === undefined || has.total >= asked
      ? []
      : [
          `It has ${has.total} MB of memory, and the program says at least ${asked} MB. Take a larger machine, or correct the argument.`,
        ],
  docs: {
    chapter: "Machine",
    finds: "There is less memory than `memory`, by more than the system keeps for itself.",
    cure: "Take a larger machine, or correct `memory`.",
  },
};

export const memoryBusy: Finding = {
  id: "memory-busy",
  level: "note",
  match: ({ memory: has }) =>
    has?.available === undefined || has.available * 10 >= has.total
      ? []
      : [
          `Only ${has.available} of ${has.total} MB of memory are free, and a release runs two generations for some seconds. See docker stats, and stop what is not needed.`,
        ],
  docs: {
    chapter: "Machine",
    finds:
      "Less than a tenth of the memory is free for more; while a release switches, two generations of the app run.",
    cure: "See `docker stats` and `top`; stop what is not needed, or take a larger machine.",
  },
};

export const swap: Finding = {
  id: "swap",
  level: "note",
  match: ({ memory: has }) =>
    has === undefined || has.swap > 0 || has.total >= 3500
      ? []
      : [
          `There is no swap beside ${has.total} MB of memory: a short peak ends in a kill. Add a swap file of 1 to 2 GB.`,
        ],
  docs: {
    chapter: "Machine",
    finds: "A machine with less than 4 GB has no swap: what a release needs for some seconds ends in a kill.",
    cure: "Add a swap file of 1 to 2 GB.",
  },
};

/** Where images and containers are; without an engine that says so, the root of the file system was looked at. */
function dockerDirectory(machine: Machine): string {
  return engineOf(machine)?.directory ?? "/";
}

export const disk: Finding = {
  id: "disk",
  level: "refuses",
  match: (machine, { disk: asked }) =>
    machine.disk === undefined || machine.disk >= asked
      ? []
      : [
          `${dockerDirectory(machine)} has ${machine.disk} MB free, and ${asked} MB are asked for. See docker system df, and prune or grow it.`,
        ],
  docs: {
    chapter: "Machine",
    finds: "Docker's directory has less space free than `preflight.disk`.",
    cure: "`docker system df` says what takes it; prune, or grow it.",
  },
};

export const diskInodes: Finding = {
  id: "disk-inodes",
  level: "refuses unless accepted",
  match: (machine) =>
    machine.inodes === undefined || machine.inodes >= 50_000
      ? []
      : [
          `${dockerDirectory(machine)} has room for ${machine.inodes} more files (df -i), which an image or two take. Prune images, or make the file system anew with more inodes.`,
        ],
  docs: {
    chapter: "Machine",
    finds:
      "Docker's directory has fewer than 50,000 files left to make, which an image or two take, whatever space is free.",
    cure: "Prune images; make the file system anew with more inodes.",
  },
};

export const kernel: Finding = {
  id: "kernel",
  level: "note",
  match: ({ kernel: found = "" }) => {
    const [, major, minor] = /^(\d+)\.(\d+)/.exec(found) ?? [];
    const old = Number(major) < 4 || (Number(major) === 4 && Number(minor) < 18);
    return when(old, `The kernel is ${found}, and engines expect 4.18 or later. Upgrade the system.`);
  },
  docs: { chapter: "Machine", finds: "The kernel is older than 4.18.", cure: "Upgrade the system." },
};

export const clockOff: Finding = {
  id: "clock-off",
  level: "refuses unless accepted",
  match: ({ clockOff: off }) =>
    off === undefined || off <= 60
      ? []
      : [
          `The clock is ${off} seconds off, so certificates and tokens are refused. Say chronyc makestep, or timedatectl set-ntp true.`,
        ],
  docs: {
    chapter: "Machine",
    finds:
      "The clock is more than a minute off: certificates and tokens are refused. It is measured by chrony; where nothing keeps the clock in step, by the hardware's clock, whole quarters of an hour aside, for one that keeps local time.",
    cure: "`chronyc makestep`, or `timedatectl set-ntp true`.",
  },
};

export const clockUnsynchronised: Finding = {
  id: "clock-unsynchronised",
  level: "note",
  match: ({ clockKept }) =>
    when(
      clockKept === false,
      "Nothing keeps the clock in step yet. Say timedatectl set-ntp true, or install chrony; NTP is UDP to port 123.",
    ),
  docs: {
    chapter: "Machine",
    finds: "Nothing keeps the clock right, or has managed to yet.",
    cure: "`timedatectl set-ntp true`, or install chrony; NTP is UDP to port 123.",
  },
};
