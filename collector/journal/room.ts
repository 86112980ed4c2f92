import type { Logger } from 'pino'
import type { SpaceReserve } from './space-reserve.ts'

const probeEveryMs = 250

/**
 * Whether the journal may grow. It is full above `maxBytes` until three quarters of that, or when the disk is full
 * until the reserve could be made again.
 */
export class Room {
  #log: Logger
  #maxBytes: number
  #reserve: SpaceReserve
  #onProbe: () => void
  #bytes = 0
  #full: 'no' | 'journal' | 'disk' = 'no'
  #stuck = false
  #probe: NodeJS.Timeout | null = null

  /** @param onProbe called now and then while the disk is full: time to write what could not be, and `tryDisk` */
  constructor(options: { log: Logger; maxBytes: number; reserve: SpaceReserve; onProbe: () => void }) {
    this.#log = options.log
    this.#maxBytes = options.maxBytes
    this.#reserve = options.reserve
    this.#onProbe = options.onProbe
  }

  get full(): 'no' | 'journal' | 'disk' {
    return this.#full
  }

  /** Not even a seal finds room: nothing is written before the next probe. */
  get stuck(): boolean {
    return this.#stuck
  }

  /** Delivered segments should go at once, whatever their age. */
  get pressed(): boolean {
    return this.#full !== 'no' || this.#bytes > this.#maxBytes / 2
  }

  /** Whether more bytes may wait for the disk. @returns false from the high-water mark on */
  admits(waiting: number): boolean {
    if (this.#full === 'no' && this.#bytes + waiting > this.#maxBytes) {
      this.#full = 'journal'
      this.#log.error(
        { bytes: this.#bytes, max_bytes: this.#maxBytes },
        'the journal is full: new events are refused until ClickHouse took what is waiting',
      )
    }
    return this.#full === 'no'
  }

  /** Notes the size of all segments. */
  measure(bytes: number): void {
    this.#bytes = bytes
    if (this.#full !== 'journal' || bytes > this.#maxBytes * 0.75) return
    this.#full = 'no'
    this.#log.info({ bytes }, 'the journal has room again: events are accepted')
  }

  /** A write found the disk full: gives up the reserve, so that what ends a segment can still be written. */
  async enterFullDisk(): Promise<void> {
    if (this.#full !== 'disk')
      this.#log.error('the disk is full: new events are refused until there is room again')
    this.#full = 'disk'
    this.#probe ??= setInterval(() => {
      this.#stuck = false
      this.#onProbe()
    }, probeEveryMs)
    this.#stuck = !(await this.#reserve.giveUp())
  }

  /** Accepts events again when the reserve finds room. */
  async tryDisk(): Promise<void> {
    if (this.#full !== 'disk' || this.#stuck || !(await this.#reserve.take())) return
    this.#full = 'no'
    this.close()
    this.#log.info('the disk has room again: events are accepted')
  }

  /** Stops probing. */
  close(): void {
    if (this.#probe) clearInterval(this.#probe)
    this.#probe = null
  }
}
