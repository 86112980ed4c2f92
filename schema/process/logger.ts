import { type DestinationStream, type Logger, pino } from 'pino'

/** Removes what looks like a Stripe key from a line, whatever field it hid in. */
export function scrubSecrets(line: string): string {
  return line.replace(/\b(sk|rk|whsec)_((?:live|test)_)?[A-Za-z0-9]{8,}/g, '$1_$2[removed]')
}

/**
 * The log of one process: a JSON line per record. Addresses, user agents, cookies and keys are redacted by name, and a
 * last pass over each line removes anything shaped like a Stripe key.
 */
export function createLogger(process: string, level: string, destination?: DestinationStream): Logger {
  const secret = ['secret_key', 'password', 'authorization', 'cookie', 'ip', 'user_agent', 'email']
  return pino(
    {
      level,
      base: { process },
      redact: { paths: secret.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[removed]' },
      hooks: { streamWrite: scrubSecrets },
    },
    destination ?? pino.destination({ fd: 1, sync: true }),
  )
}
