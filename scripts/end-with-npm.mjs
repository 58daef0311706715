const LOOK_EVERY_MS = 250;

/**
 * A program that npm or npx has started stops in order when that is gone, by whatever signal: nobody would hold it any
 * more, and npx passes a signal on to the shell between them alone, which ends without it.
 */
export function endWithNpm() {
  if (!['start', 'npx'].includes(process.env.npm_lifecycle_event ?? '')) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, LOOK_EVERY_MS);
  timer.unref();
}
