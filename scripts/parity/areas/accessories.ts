/** Keys of accessories. */
import { lab, unit } from "../proof";
import { has, replacedBy, type Area } from "../row";

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
const width = "an accessory with what Kamal's have";
const wide = lab(
  "databases",
  `${width} > has the name of the program, directories with mode and owner, options of mounts, and files of its own`,
);
const widened = lab(
  "databases",
  `${width} > gets another mode of a directory in place, and a further network with a new container that has its data`,
);
const each = unit(
  "components/accessory/accessory",
  "one for each of several servers > is a component of its own on each, named after its server",
);
const loginFirst = lab(
  "databases",
  "MariaDB > is ready when it takes the login of the app, and not while its first start goes on",
);
/** An accessory with a variable of its own, which is made anew by another one. */
const pulledAgain = lab(
  "registry",
  "an image that went from the host > is pulled again by a plain up that needs it: the app's, the release command's, an accessory's",
);

export const accessoryKeys: Area = {
  title: "Keys of accessories",
  rows: [
    has("accessories.NAME.service", "Accessory.service; without it project, stack and name", wide),
    has(
      "accessories.NAME.image",
      "Accessory.image, a name or an Image; or version of a Postgres, MariaDb, MySql, Redis or Memcached",
      made,
      loginFirst,
    ),
    has("accessories.NAME.registry", "the server's Registry of the image's address", pulledAgain),
    has("accessories.NAME.host", "Accessory.server", placed, moved),
    has("accessories.NAME.hosts", "onEachServer, which makes one on each, with data of its own", each),
    has(
      "accessories.NAME.role, roles",
      "onEachServer, of the list of servers that the program gives the role",
      each,
    ),
    replacedBy(
      "TypeScript",
      "accessories.NAME.tag, tags",
      "onEachServer, of the servers that the program picks from its list",
      "a list in TypeScript is picked from by filter, and needs no tags",
      each,
    ),
    has(
      "accessories.NAME.port",
      "Accessory.port, published to nobody unless publish says so; further ones, for UDP too, by ports",
      placed,
      wide,
      shut,
    ),
    has("accessories.NAME.cmd", "Accessory.command; Redis is started by it", persistent),
    has("accessories.NAME.env.clear", "Accessory.env", pulledAgain),
    has("accessories.NAME.env.secret", "Accessory.secrets", made),
    has("accessories.NAME.labels", "Accessory.labels; another one makes the container anew", remade),
    has(
      "accessories.NAME.options",
      "resources, shm, and whatever Docker's API knows in transform.container.body; of this a unit test alone is there",
      made,
      unit(
        "provider/docker/container-body",
        "the body of a container > takes anything else of the API, laid over",
      ),
    ),
    has(
      "accessories.NAME.volumes",
      "Accessory.volumes: Docker volumes and paths of the host, with Docker's options; a preview says that a path is not guarded as a volume is",
      remade,
      moved,
      wide,
    ),
    has(
      "accessories.NAME.network",
      "Accessory.networks, besides the one by which an app reaches it",
      widened,
    ),
    has(
      "accessories.NAME.files",
      "Accessory.files, with mode and owner; each container has its own, so that none has to be read-only; in place of ERB a text of the program has its variables in it",
      wide,
      unit(
        "components/accessory/accessory",
        "the files of an accessory > are texts, templates of the program, and such with a mode and an owner",
      ),
    ),
    has(
      "accessories.NAME.directories",
      "Accessory.directories, with mode and owner by numbers",
      wide,
      widened,
    ),
    has(
      "accessories.NAME.proxy",
      "proxy and route of an Accessory, with the keys of an App's route",
      lab(
        "accessories",
        "an accessory with a route > is reached through the proxy, by its next container too, and no more once the route is taken out",
      ),
      unit(
        "components/accessory/accessory",
        "the route of an accessory > is the proxy's, on its own port, and its container is as without one",
      ),
      unit(
        "host/switch",
        "a switch > gives an accessory its route, which its next container of the same name has without another one",
      ),
    ),
  ],
};
