/** The API's rate limit: a bucket of requests that fills up again over the hour. */
import { failure, type ApiError } from "./errors";

export interface RateLimit {
  /** Requests that the full bucket holds. */
  limit: number;
  /** Requests that come back each second. */
  perSecond: number;
}

/**
 * Hetzner's, a project: docs.hetzner.cloud, "Rate Limiting". github.com/jenkinsci/hetzner-cloud-plugin/issues/21 shows its headers: 3598
 * requests remain, and the bucket is full again two seconds later.
 */
export const realRate: RateLimit = { limit: 3600, perSecond: 1 };

/** As many requests an hour, in the shape of Hetzner's own limit. */
export function hourly(requests: number): RateLimit {
  return { limit: requests, perSecond: requests / 3600 };
}

export class Bucket {
  private remaining: number;
  private at: number;

  constructor(
    private readonly rate: RateLimit,
    private readonly now: () => number = Date.now,
  ) {
    this.remaining = rate.limit;
    this.at = now();
  }

  /** Takes one request out of the bucket; false when it is empty. */
  take(): boolean {
    const now = this.now();
    this.remaining = Math.min(
      this.rate.limit,
      this.remaining + ((now - this.at) / 1000) * this.rate.perSecond,
    );
    this.at = now;
    if (this.remaining < 1) return false;
    this.remaining -= 1;
    return true;
  }

  /** The answer while the bucket is empty. */
  exceeded(): ApiError {
    return failure("rate_limit_exceeded", `limit of ${String(this.rate.limit)} requests per hour reached`);
  }

  /** The headers that every answer carries. */
  headers(): Record<string, string> {
    const full = (this.rate.limit - this.remaining) / this.rate.perSecond;
    return {
      "RateLimit-Limit": String(this.rate.limit),
      "RateLimit-Remaining": String(Math.floor(this.remaining)),
      "RateLimit-Reset": String(Math.ceil(this.at / 1000 + full)),
    };
  }
}
