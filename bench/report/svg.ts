/** A plot as SVG. */
import type { TopLevelSpec } from "vega-lite" with { "resolution-mode": "import" };

export async function svg(spec: TopLevelSpec): Promise<string> {
  // Both are modules of the newer kind, which this one can only load so.
  const [vega, vegaLite] = await Promise.all([import("vega"), import("vega-lite")]);
  const view = new vega.View(vega.parse(vegaLite.compile(spec).spec), { renderer: "none" });
  try {
    return `${await view.toSVG()}\n`;
  } finally {
    view.finalize();
  }
}
