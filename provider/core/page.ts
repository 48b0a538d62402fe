/** How a message points to a page of the documentation: by a command that prints it, as the pages lie in the package. */

/**
 * The command for a page, or a section of it.
 *
 * @example npx sextant docs checks#values
 */
export function pageCommand(page: string, section?: string): string {
  return `npx sextant docs ${page}${section === undefined ? "" : `#${section}`}`;
}
