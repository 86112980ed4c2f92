/**
 * Fills the slots `{{name}}` of a template. What goes into a slot is made of constants of this folder (columns.ts and
 * the `.sql` files), chosen by values of closed sets; whatever a caller sent is bound as a parameter `{name:Type}`.
 *
 * @throws Error when a slot is not filled, or a filling has no slot
 */
export function fillTemplate(template: string, slots: Record<string, string>): string {
  const left = new Set(Object.keys(slots))
  const filled = template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const text = slots[name]
    if (text === undefined) throw new Error(`the slot ${name} is not filled`)
    left.delete(name)
    return text
  })
  if (left.size > 0) throw new Error(`the template has no slot ${[...left].join(', ')}`)
  return filled
}

/**
 * Leaves out lines of SQL that define columns which nobody asks for: lines that end with `AS name,`. Planning a statement
 * with all thirteen measures of four sources takes longer than reading a small site's rows.
 */
export function withoutColumns(sql: string, unused: ReadonlySet<string>): string {
  return sql
    .split('\n')
    .filter((line) => !unused.has(/ AS (\w+),$/.exec(line)?.[1] ?? ''))
    .join('\n')
}
