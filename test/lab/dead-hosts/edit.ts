/** What the tests of dead hosts edit of their program; it reads them as JSON from DEAD_HOSTS. */
export interface Edit {
  /** Release of the app. */
  version: string;
  /** What the second server is: with the app on it, declared gone though the app is on it, gone, or no part of the program. */
  second: "serving" | "gone-and-serving" | "gone" | "out";
}
