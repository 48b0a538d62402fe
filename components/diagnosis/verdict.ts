/** placeholder until the diagnosis lands */
export function verdict(stdout: string, stderr: string, host: string): string {
  return `${host}: ${stderr.trim()} ${stdout.trim()}`.slice(0, 4000);
}
