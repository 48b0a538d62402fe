/** What a load run has seen so far, as plain values. */

/** A lost request. */
export interface Loss {
  /** Milliseconds since the start. */
  at: number;
  client: string;
  method: string;
  path: string;
  target: string;
  reason: string;
}

/** A release as seen at one target. */
export interface Seen {
  target: string;
  version: string;
  /** Milliseconds since the start. */
  first: number;
  last: number;
  requests: number;
}

export interface LoadReport {
  requests: number;
  lost: number;
  seconds: number;
  /** Requests a second. */
  rate: number;
  /** Requests that met a kept connection which the server had just closed, and were sent again. */
  retries: number;
  /** The longest time for which this program itself did not run, in ms: so that it isn't blamed on the server. */
  lagMs: number;
  /** The first 20 lost requests. */
  losses: Loss[];
  /** Of the quick requests, in ms. */
  p50: number;
  p99: number;
  max: number;
  /** The longest time between two good answers, in ms. */
  longestGap: number;
  /** The releases of each target in the order in which they were first seen. */
  versions: Seen[];
  /** Whether a target answered with an older release to a request that was sent after a newer one had answered. */
  wentBack: boolean;
  slow: { requests: number; lost: number; finishedOnOtherVersion: number };
}

/** What was answered well within a part of the time. */
export interface Window {
  requests: number;
  /** In ms. */
  p50: number;
  p99: number;
  longestGap: number;
}

const mostLosses = 20;

export class Tally {
  private requests = 0;
  private lost = 0;
  private retries = 0;
  private readonly losses: Loss[] = [];
  /** When each good answer came, and how long it took, in ms. */
  private readonly answers: { at: number; ms: number }[] = [];
  private readonly seen: Seen[] = [];
  private readonly slow = { requests: 0, lost: 0, finishedOnOtherVersion: 0 };
  private wentBack = false;
  private lastGood = 0;
  private longestGap = 0;
  lagMs = 0;

  /** A quick request was answered well. */
  good(target: string, version: string, sentAt: number, at: number, retried: boolean): void {
    this.requests += 1;
    this.answers.push({ at, ms: at - sentAt });
    this.longestGap = Math.max(this.longestGap, at - this.lastGood);
    this.lastGood = Math.max(this.lastGood, at);
    if (retried) this.retries += 1;
    const ofTarget = this.seen.filter((each) => each.target === target);
    const known = ofTarget.find((each) => each.version === version);
    if (!known) {
      this.seen.push({ target, version, first: at, last: at, requests: 1 });
      return;
    }
    known.requests += 1;
    known.last = Math.max(known.last, at);
    if (ofTarget.slice(ofTarget.indexOf(known) + 1).some((newer) => newer.first < sentAt))
      this.wentBack = true;
  }

  bad(loss: Loss): void {
    this.requests += 1;
    this.lost += 1;
    if (loss.client === "slow") this.slow.lost += 1;
    if (this.losses.length < mostLosses) this.losses.push(loss);
  }

  /** A slow request came to its end. */
  slowEnded(sameVersion: boolean): void {
    this.requests += 1;
    this.slow.requests += 1;
    if (!sameVersion) this.slow.finishedOnOtherVersion += 1;
  }

  /** The good answers to quick requests that came within these milliseconds since the start. */
  between(from: number, to: number): Window {
    const within = this.answers.filter(({ at }) => at >= from && at <= to);
    const quantile = quantiles(within.map(({ ms }) => ms));
    const gaps = within.map(({ at }, index) => at - (within[index - 1]?.at ?? at));
    return {
      requests: within.length,
      p50: quantile(0.5),
      p99: quantile(0.99),
      longestGap: gaps.reduce((longest, gap) => Math.max(longest, gap), 0),
    };
  }

  report(ms: number): LoadReport {
    const quantile = quantiles(this.answers.map((answer) => answer.ms));
    return {
      requests: this.requests,
      lost: this.lost,
      seconds: ms / 1000,
      rate: Math.round((this.requests / ms) * 10_000) / 10,
      retries: this.retries,
      lagMs: Math.round(this.lagMs),
      losses: [...this.losses],
      p50: quantile(0.5),
      p99: quantile(0.99),
      max: quantile(1),
      longestGap: this.longestGap,
      versions: this.seen.map((each) => ({ ...each })),
      wentBack: this.wentBack,
      slow: { ...this.slow },
    };
  }
}

function quantiles(values: number[]): (share: number) => number {
  const sorted = values.sort((a, b) => a - b);
  return (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
