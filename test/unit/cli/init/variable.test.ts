import { expect, it } from "vitest";
import { camelCase, variableOf } from "../../../../cli/init/variable";

it("makes a variable of a component's name, which neither the language nor the program has already", () => {
  expect(camelCase("my-shop--2")).toBe("myShop2");
  expect(variableOf("my-shop", ["proxy"], "App")).toBe("myShop");
  expect(variableOf("proxy", ["proxy"], "App")).toBe("proxyApp");
  expect(variableOf("class", [], "Server")).toBe("classServer");
});
