/** What the page says where no cause is known. */
export const unknownDocs = {
  id: "unknown",
  title: "The cause is not known",
  text: `The report then guesses nothing: it says what was seen, what the evidence rules out, and the last lines of the log. How to go on:

1. \`sextant doctor CONTAINER\` on the host shows its state and its log. All that was seen, as JSON with sockets, processes and what the app reaches, is in \`/var/lib/sextant/evidence/CONTAINER.json\` there.
2. The failed container is kept, stopped. \`docker start CONTAINER && docker logs --follow CONTAINER\` runs it again, without traffic.
3. \`docker run --rm -it --network sextant IMAGE sh\` is a shell beside it, without its environment.`,
} as const;
