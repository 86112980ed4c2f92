import { join } from 'node:path'
import type { Installation } from './environment.ts'

/**
 * While no owner exists: makes the one that the environment names, or a setup link, printed and written to
 * `DATA_DIR/setup-token`.
 *
 * @param port where the dashboard listens
 * @param print where the link goes beside the log, as a plain line
 */
export async function prepareFirstRun(
  { accounts, config, log }: Pick<Installation, 'accounts' | 'config' | 'log'>,
  port: number,
  print: (line: string) => void,
): Promise<void> {
  if (!(await accounts.isFirstRun())) return accounts.setupToken.remove()
  if (config.ADMIN_EMAIL !== undefined && config.ADMIN_PASSWORD !== undefined) {
    await accounts.createFirstOwner(config.ADMIN_EMAIL, config.ADMIN_PASSWORD)
    accounts.setupToken.remove()
    log.info('the first owner was made from ADMIN_EMAIL and ADMIN_PASSWORD')
    return
  }
  const token = accounts.setupToken.create()
  const link = `${config.DASHBOARD_URL ?? `http://localhost:${port}`}/setup?token=${token}`
  log.info({ link, file: join(config.DATA_DIR, 'setup-token') }, 'open this link within 60 minutes to begin')
  print(`Set up Revtrail (valid for 60 minutes): ${link}`)
}
