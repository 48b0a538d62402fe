/** The few statistics that the comparison needs, on plain numbers. */

export interface Summary {
  median: number;
  min: number;
  max: number;
  /** How many values there are. */
  count: number;
}

/** A straight line through points by least squares. */
export interface Line {
  /** Rise for each step of x. */
  slope: number;
  /** Value at x = 0. */
  intercept: number;
  /** For each point, what it lies above the line; in the order of the points. */
  residuals: number[];
  /** The share of the spread that the line explains, 0 to 1; 1 when there is no spread. */
  r2: number;
}

/** The middle value; the mean of the two middle ones for an even count; undefined of nothing. */
export function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  if (upper === undefined) return undefined;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? upper;
  return (lower + upper) / 2;
}

/** Median, least and most; undefined of nothing. */
export function summary(values: readonly number[]): Summary | undefined {
  const middle = median(values);
  if (middle === undefined) return undefined;
  return { median: middle, min: Math.min(...values), max: Math.max(...values), count: values.length };
}

/** The line; undefined when the points have fewer than two different x. */
export function fitLine(points: readonly { x: number; y: number }[]): Line | undefined {
  const mean = (pick: (point: { x: number; y: number }) => number): number =>
    points.reduce((sum, point) => sum + pick(point), 0) / points.length;
  const [mx, my] = [mean(({ x }) => x), mean(({ y }) => y)];
  const sxx = points.reduce((sum, { x }) => sum + (x - mx) ** 2, 0);
  if (points.length < 2 || sxx === 0) return undefined;
  const slope = points.reduce((sum, { x, y }) => sum + (x - mx) * (y - my), 0) / sxx;
  const intercept = my - slope * mx;
  const residuals = points.map(({ x, y }) => y - (intercept + slope * x));
  const spread = points.reduce((sum, { y }) => sum + (y - my) ** 2, 0);
  const left = residuals.reduce((sum, each) => sum + each ** 2, 0);
  return { slope, intercept, residuals, r2: spread === 0 ? 1 : 1 - left / spread };
}

/** A number with so many decimals, as a number. */
export function rounded(value: number, decimals = 2): number {
  return Math.round(value * 10 ** decimals) / 10 ** decimals;
}
