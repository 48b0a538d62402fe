/** What the program of the test is edited by. */
export interface Edit {
  location: string;
  image: string;
  /** Whether the server has a fixed name at Hetzner. */
  named: boolean;
  /** What the accessory is called, where there is one, and on which server it is. */
  db?: string;
  dbOn: number;
  app: boolean;
  data: "keep" | "discard";
}

export const plain: Edit = {
  location: "fsn1",
  image: "debian-12",
  named: true,
  dbOn: 0,
  app: false,
  data: "keep",
};
