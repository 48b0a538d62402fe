/** What the handlers of all kinds share. */
import type { Machines } from "../machine/machines";
import type { Actions } from "./actions";
import type { Faults } from "./faults";
import type { HealthMonitor } from "./health";
import type { MachineSync } from "./machine-sync";
import type { Pools } from "./pools";
import type { Store } from "./store";

export interface Cloud {
  store: Store;
  actions: Actions;
  machines: Machines;
  sync: MachineSync;
  pools: Pools;
  health: HealthMonitor;
  faults: Faults;
  /** Where the API is reached, `http://host:port/v1`. */
  endpoint: () => string;
}
