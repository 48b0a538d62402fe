/** Keys of accessories. */
import { lab, unit } from "../proof";
import { has, missing, part, type Area } from "../row";

const official = "an accessory of an official image";
const made = lab("accessories", `${official} > takes the password as it is, and shows it to nobody`);
const remade = lab(
  "accessories",
  `${official} > keeps what it holds when its container is replaced, and leaves no volume behind`,
);
const persistent = lab(
  "accessories",
  `${official} > loses nothing when Redis or Valkey is told to append no more, and to append again`,
);
const placed = lab(
  "deploy",
  "from nothing > keeps databases off the public addresses, and in reach of the private network",
);
const shut = lab(
  "firewall",
  "a firewall on the machine > shuts in both families what no rule lets in: what Docker publishes past UFW, and the machine's own",
);
const moved = lab(
  "data",
  "data > is not left behind on another host, and goes along, or stays there, where the program says so",
);
/** An accessory with a variable of its own, which is made anew by another one. */
const pulledAgain = lab(
  "registry",
  "an image that went from the host > is pulled again by a plain up that needs it: the app's, the release command's, an accessory's",
);

export const accessoryKeys: Area = {
  title: "Keys of accessories",
  rows: [
    missing("accessories.NAME.service", "the container's name is made of project, stack and name"),
    has("accessories.NAME.image", "Accessory.image, or version of a Postgres or Redis", made),
    has("accessories.NAME.registry", "the server's Registry of the image's address", pulledAgain),
    has("accessories.NAME.host", "Accessory.server", placed, moved),
    part("accessories.NAME.hosts", "an Accessory for each host, by a loop of the program"),
    part(
      "accessories.NAME.role, roles",
      "an Accessory for each server of the role, by a loop of the program",
    ),
    part("accessories.NAME.tag, tags", "an Accessory for each server, by a loop of the program"),
    has("accessories.NAME.port", "Accessory.port, published to nobody unless publish says so", placed, shut),
    has("accessories.NAME.cmd", "Accessory.command; Redis is started by it", persistent),
    has("accessories.NAME.env.clear", "Accessory.env", pulledAgain),
    has("accessories.NAME.env.secret", "Accessory.secrets", made),
    has("accessories.NAME.labels", "Accessory.labels; another one makes the container anew", remade),
    has(
      "accessories.NAME.options",
      "resources, shm, and whatever Docker's API knows in transform.container.body, of which a unit test alone is there",
      made,
      unit(
        "provider/docker/container-body",
        "the body of a container > takes anything else of the API, laid over",
      ),
    ),
    part(
      "accessories.NAME.volumes",
      "Docker volumes; a path of the host by transform.container alone",
      remade,
      moved,
    ),
    missing("accessories.NAME.network", "all containers of a host are in one Docker network"),
    part(
      "accessories.NAME.files",
      "Accessory.files has texts; no mode, owner and options, no templates",
      lab("docker", "a container > has its files and variables when it starts"),
    ),
    part(
      "accessories.NAME.directories",
      "a Docker volume keeps the data; no directory of the host is made, with a mode and an owner",
      remade,
    ),
    missing("accessories.NAME.proxy", "what has a route is an App"),
  ],
};
