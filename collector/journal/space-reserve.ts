import { join } from 'node:path'
import { type Disk, isDiskFull } from './disk.ts'

/**
 * A file of zeros that is given up when the disk is full, so that a seal, a confirmation and the next segment's header
 * still find room: what lies in the journal can then be delivered and deleted, and the disk heals. It can be made
 * again only when there is room, which is the sign to accept events again.
 */
export class SpaceReserve {
  #disk: Disk
  #folder: string
  #bytes: number
  #held = false

  /** @param bytes its size */
  constructor(place: { disk: Disk; folder: string }, bytes: number) {
    this.#disk = place.disk
    this.#folder = place.folder
    this.#bytes = bytes
  }

  get #path(): string {
    return join(this.#folder, 'reserve')
  }

  /** Gives the room back to the disk. @returns whether there was any */
  async giveUp(): Promise<boolean> {
    const held = this.#held
    this.#held = false
    await this.#disk.remove(this.#path)
    return held
  }

  /** Takes the room. @returns false when the disk is too full for it */
  async take(): Promise<boolean> {
    if (this.#held) return true
    await this.#disk.remove(this.#path)
    try {
      const file = await this.#disk.create(this.#path)
      try {
        await file.write(Buffer.alloc(this.#bytes), 0)
        await file.sync()
      } finally {
        await file.close()
      }
      this.#held = true
    } catch (error) {
      if (!isDiskFull(error)) throw error
      await this.#disk.remove(this.#path)
    }
    return this.#held
  }
}
