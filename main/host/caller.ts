/** The folder a command was called in, where relative paths start: npm runs its scripts in the folder of the project, but says where it was called. */
export function callerFolder(): string {
  // under another script of npm, such as a test, the place named is not ours
  const isOurs = ['lab', 'start', 'dev'].includes(process.env.npm_lifecycle_event ?? '')
  return (isOurs && process.env.INIT_CWD) || process.cwd()
}
