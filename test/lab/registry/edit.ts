/** What the tests edit of their program; it reads them as JSON from IMAGES. */
export interface Edit {
  /** The login of the registry. */
  username: string;
  password: string;
  /** The worker's image without its release. */
  image: string;
  /** Its release: a tag or a digest. */
  version: string;
  /** A second worker, of another image. */
  second: { image: string; version: string } | undefined;
  /** The name of Docker Hub that a Registry has. */
  hub?: string;
  /** A variable of all that runs, whose edit makes new containers. */
  note: string;
}
