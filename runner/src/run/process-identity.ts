import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** What tells one process from all others, also from a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** where the number means something: host, boot and, in containers, the namespace of process numbers */
  readonly machine: string;
  /** when the process began, in the kernel's own measure; null where that cannot be known (not on Linux) */
  readonly birth: string | null;
}

/** @param pid default: this process */
export function identityOf(pid: number = process.pid): ProcessIdentity {
  return { pid, machine: thisMachine(), birth: birthOf(pid) };
}

/** Whether a process lives; undefined where its number means nothing here (another host, another container). */
export function isAlive(identity: ProcessIdentity): boolean | undefined {
  if (identity.machine !== thisMachine()) return undefined;
  try {
    process.kill(identity.pid, 0);
  } catch (cause) {
    // EPERM: it lives and belongs to somebody else
    if ((cause as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const birth = birthOf(identity.pid);
  return identity.birth === null || birth === null || identity.birth === birth;
}

function thisMachine(): string {
  const boot = attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
  const namespace = attempt(() => readlinkSync('/proc/self/ns/pid'));
  return [hostname(), boot, namespace].filter((part) => part !== undefined).join(' ');
}

/** Field 22 of /proc/<pid>/stat (proc_pid_stat(5)): start time in clock ticks since boot. A zombie counts as gone. */
function birthOf(pid: number): string | null {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  if (stat === undefined) return null;
  // the second field, the name in parentheses, may hold anything
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? 'gone' : fields[19]!;
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
