/** The policy pack: `pulumi preview --policy-pack policy`. Levels and settings are those of docs/policy.md. */
import { PolicyPack } from "@pulumi/policy";
import { policies } from "./policies";
import { withKnownSettings } from "./settings";

new PolicyPack("sextant", { enforcementLevel: "mandatory", policies: policies.map(withKnownSettings) });
