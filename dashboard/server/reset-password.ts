import { randomBytes } from 'node:crypto'
import { instantCell } from '../../schema/clickhouse/cell.ts'
import { type ClickHouseAddress, createWriter } from '../../schema/clickhouse/client.ts'
import { writeAudit } from './account/audit.ts'
import { endLoginsOf } from './account/logins.ts'
import { Passwords } from './account/passwords.ts'
import { readUsers } from './account/users.ts'
import { SettingsWriter } from './settings/settings-writer.ts'

type Options = {
  clickhouse: ClickHouseAddress
  email: string
  now: () => number
  /** Where the words for the operator go. */
  print?: (line: string) => void
}

/**
 * `node main.ts reset-password EMAIL`: gives a user a new random password, prints it once, and ends the user's
 * logins. It is random rather than typed, so that it stands in no shell history; Revtrail may keep running.
 *
 * @throws Error that names the users who exist when none has this e-mail address
 */
export async function resetPassword(options: Options): Promise<void> {
  const { clickhouse, now, print = (line) => process.stdout.write(`${line}\n`) } = options
  const email = options.email.trim().toLowerCase()
  const client = createWriter(clickhouse)
  try {
    const settings = new SettingsWriter(client, now)
    const password = randomBytes(15).toString('base64url')
    const password_hash = await new Passwords().hash(password)
    const userId = await settings.change(async (write) => {
      const users = await readUsers(client)
      const user = users.find((each) => each.email === email)
      if (!user) throw new Error(unknownUser(users.map((each) => each.email)))
      const { user_id, role, created_at, version } = user
      const cells = {
        user_id: user_id.toString(),
        email,
        role,
        created_at: instantCell(created_at),
        deleted: false,
      }
      await write('users', { ...cells, password_hash }, version)
      await endLoginsOf(client, user_id, write)
      return user_id
    })
    await writeAudit(client, now(), { action: 'password_reset', userId, detail: 'by command' })
    print(`The new password of ${email} is ${password}`)
    print('Every login of this user was ended. The password is shown this once.')
  } finally {
    await client.close()
  }
}

function unknownUser(emails: string[]): string {
  const known =
    emails.length === 0
      ? 'There are no users yet: open the setup link that Revtrail prints at its start.'
      : `The users are: ${emails.join(', ')}.`
  return `No user has this e-mail address; nothing was changed. ${known} Usage: node main.ts reset-password EMAIL`
}
