/** `ask-registry.ts IMAGE VERSION [USER PASSWORD]`: prints what a preview learns of an image; a process, since trust in a CA is one's own. */
import { imageFacts } from "../../../../components/image/facts";
import { parseReference } from "../../../../components/image/reference";

const [image = "", version = "", username, password = ""] = process.argv.slice(2);
void imageFacts({
  reference: parseReference(image, version),
  login: username === undefined ? undefined : { username, password },
  insecure: false,
  architectures: ["amd64"],
  timeout: 5000,
}).then((answer) => {
  console.log(JSON.stringify(answer));
});
