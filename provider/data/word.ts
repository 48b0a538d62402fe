/** What a program says of its data, in one word. */

/**
 * What becomes of data volumes:
 * - `"keep"`: nothing deletes them, and a preview refuses an edit that would begin anew on another host and leave the data behind;
 * - `"leave"`: nothing deletes them, and such an edit is meant: the volume stays where it is, and a new one begins empty;
 * - `"move"`: nothing deletes them, and such an edit takes the data along: it is copied to the new host while nobody writes to it, and
 *   checked; the old volume stays. For accessories.
 * - `"discard"`: they are deleted with all that is in them when their component goes, once this word has been deployed.
 */
export type Data = "keep" | "leave" | "move" | "discard";
