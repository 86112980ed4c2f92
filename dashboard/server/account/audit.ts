import type { ClickHouseClient } from '@clickhouse/client'
import { instantCell } from '../../../schema/clickhouse/cell.ts'

/** What is written down of who did what. */
export type AuditAction =
  | 'owner_created'
  | 'logged_in'
  | 'login_failed'
  | 'login_limited'
  | 'logged_out'
  | 'login_ended'
  | 'password_reset'
  | 'api_key_created'
  | 'api_key_revoked'
  | 'site_created'
  | 'site_changed'
  | 'site_deleted'
  | 'revenue_connected'
  | 'revenue_refused'
  | 'revenue_disconnected'
  | 'goal_created'
  | 'goal_changed'
  | 'goal_deleted'
  | 'experiment_created'
  | 'experiment_changed'
  | 'experiment_started'
  | 'experiment_paused'
  | 'experiment_stopped'
  | 'experiment_archived'
  | 'experiment_deleted'

/** One entry. `detail` is for people and holds no secret and no address. */
export type AuditEntry = { action: AuditAction; userId?: bigint; siteId?: number; detail?: string }

/** Adds an entry to the audit log. */
export async function writeAudit(client: ClickHouseClient, now: number, entry: AuditEntry): Promise<void> {
  const { action, userId = 0n, siteId = 0, detail = '' } = entry
  await client.insert({
    table: 'audit',
    values: [{ at: instantCell(now), user_id: userId.toString(), site_id: siteId, action, detail }],
    format: 'JSONEachRow',
  })
}
