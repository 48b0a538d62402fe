/** The process that sends the traffic: options as its argument, a message when it has begun, a report when told to stop. */
import { type LoadOptions, startLoad } from "../../lab/load/load";
import type { Traffic } from "./traffic";
import { changeWindow } from "./window";

const load = startLoad(JSON.parse(process.argv[2] ?? "") as LoadOptions);

process.once("message", () => {
  void load.stop().then((report) => {
    const window = changeWindow(report);
    const traffic: Traffic = { report, change: window && load.between(window.from, window.to) };
    process.send?.(traffic, () => {
      process.disconnect();
    });
  });
});
// Nobody is left to report to.
process.once("disconnect", () => {
  process.exit();
});
process.send?.("begun");
