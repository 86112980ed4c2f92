import { isSymbol, isWord, type Token, tokens, utf8 } from './tokens.ts'

/** An insert whose rows follow the statement. */
export type InsertWithData = {
  kind: 'insert'
  /** `INSERT INTO t (a, b)`, and what comes after FROM INFILE: `SETTINGS ...`. */
  head: string
  settings: string
  format: string
  /** Where the rows start, in bytes from the start of the text. */
  dataAt: number
  placeholders: readonly string[]
}

/**
 * Reads an insert whose rows follow it, up to the rows: what comes after FORMAT is no SQL.
 *
 * @param text bytes as latin1
 * @returns null when it is another statement, INSERT ... SELECT among them
 */
export function parseInsertWithData(text: string): InsertWithData | null {
  try {
    return new InsertReader(text).read()
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

/** Walks over `INSERT INTO [TABLE] t [(columns)] [SETTINGS ...] FORMAT f | VALUES`, token by token, up to the rows. */
class InsertReader {
  private readonly text: string
  private readonly source: Generator<Token>
  private token: Token | undefined
  private previousEnd = 0

  constructor(text: string) {
    this.text = text
    this.source = tokens(text)
    this.token = this.source.next().value ?? undefined
  }

  /** The insert, or null when it is another statement, INSERT ... SELECT among them. */
  read(): InsertWithData | null {
    if (!this.take('INSERT')) return null
    this.take('INTO')
    this.take('TABLE')
    const isFunction = this.take('FUNCTION')
    if (!this.takeName()) return null
    if (isFunction && !this.takeGroup('(', ')')) return null
    this.takeGroup('(', ')')
    const headEnd = this.previousEnd
    const settingsStart = this.previousEnd
    if (isWord(this.token, 'SETTINGS')) this.takeSettings()
    const settingsEnd = this.previousEnd
    if (!this.atRows()) return null
    return this.rows(this.text.slice(0, headEnd), this.text.slice(settingsStart, settingsEnd))
  }

  private rows(head: string, settings: string): InsertWithData | null {
    const shared = { kind: 'insert', head: utf8(head), settings: utf8(settings), placeholders: [] } as const
    if (isWord(this.token, 'VALUES')) return { ...shared, format: 'Values', dataAt: this.token?.end ?? 0 }
    this.advanceUnlexed()
    const name = /^\s*([A-Za-z0-9_]+)[ \t\f]*;?[ \t\f]*(?:\r?\n)?/.exec(this.text.slice(this.previousEnd))
    if (name?.[1] === undefined) return null
    return { ...shared, format: name[1], dataAt: this.previousEnd + name[0].length }
  }

  private atRows(): boolean {
    return isWord(this.token, 'FORMAT') || isWord(this.token, 'VALUES')
  }

  private advance(): void {
    this.previousEnd = this.token?.end ?? this.previousEnd
    this.token = this.source.next().value ?? undefined
  }

  // what follows FORMAT's name are rows, and no SQL
  private advanceUnlexed(): void {
    this.previousEnd = this.token?.end ?? this.previousEnd
  }

  private take(word: string): boolean {
    if (!isWord(this.token, word)) return false
    this.advance()
    return true
  }

  // up to the rows, or to the query of an INSERT ... SELECT
  private takeSettings(): void {
    while (this.token && !this.atRows() && !isWord(this.token, 'SELECT') && !isWord(this.token, 'WITH'))
      this.advance()
  }

  // a, a.b, `a`.b, {t:Identifier}
  private takeName(): boolean {
    do {
      const isName = this.token?.kind === 'word' || this.token?.kind === 'quoted'
      if (isName) this.advance()
      else if (!this.takeGroup('{', '}')) return false
    } while (this.takeSymbol('.'))
    return true
  }

  private takeSymbol(symbol: string): boolean {
    if (!isSymbol(this.token, symbol)) return false
    this.advance()
    return true
  }

  private takeGroup(open: string, close: string): boolean {
    if (!isSymbol(this.token, open)) return false
    let depth = 0
    do {
      if (isSymbol(this.token, open)) depth += 1
      if (isSymbol(this.token, close)) depth -= 1
      this.advance()
    } while (depth > 0 && this.token)
    return depth === 0
  }
}
