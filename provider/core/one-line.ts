/** A text that came from elsewhere, on one line and without what a terminal would obey. */
export const oneLine = (text: string): string => text.replaceAll(/\p{Cc}+/gu, " ").trim();
