import { join } from 'node:path'
import type { Installation } from './environment.ts'

type Parts = Pick<Installation, 'accounts' | 'config' | 'log'>

/** Makes the owner whom the environment names, while no owner exists. Before listening, so that `/ready` is true. */
export async function makeConfiguredOwner({ accounts, config, log }: Parts): Promise<void> {
  if (config.ADMIN_EMAIL === undefined || config.ADMIN_PASSWORD === undefined) return
  if (!(await accounts.isFirstRun())) return
  await accounts.createFirstOwner(config.ADMIN_EMAIL, config.ADMIN_PASSWORD)
  log.info('the first owner was made from ADMIN_EMAIL and ADMIN_PASSWORD')
}

/**
 * While no owner exists: makes a setup link, printed and written to `DATA_DIR/setup-token`.
 *
 * @param port where the dashboard listens
 * @param print where the link goes beside the log, as a plain line
 */
export async function offerSetup(
  { accounts, config, log }: Parts,
  port: number,
  print: (line: string) => void,
): Promise<void> {
  if (!(await accounts.isFirstRun())) return accounts.setupToken.remove()
  const token = accounts.setupToken.create()
  const link = `${config.DASHBOARD_URL ?? `http://localhost:${port}`}/setup?token=${token}`
  log.info({ file: join(config.DATA_DIR, 'setup-token') }, 'open the setup link within 60 minutes to begin')
  print(`Set up Revtrail (valid for 60 minutes): ${link}`)
}
