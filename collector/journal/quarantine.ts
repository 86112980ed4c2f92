import { join } from 'node:path'
import type { Disk } from './disk.ts'

/**
 * The folder of bytes that could not be used and must not be lost: damaged stretches of segments, and the records of
 * batches that ClickHouse refuses. A name stands for its content, so that finding the same damage again adds nothing.
 */
export class Quarantine {
  #disk: Disk
  #folder: string
  #names: Set<string>

  private constructor(disk: Disk, folder: string, names: string[]) {
    this.#disk = disk
    this.#folder = folder
    this.#names = new Set(names)
  }

  /** Makes the folder `quarantine` in the journal's folder, or counts what it holds. */
  static async open(disk: Disk, journalFolder: string): Promise<Quarantine> {
    const folder = join(journalFolder, 'quarantine')
    await disk.makeFolder(folder)
    return new Quarantine(disk, folder, await disk.list(folder))
  }

  /** How many records and stretches lie here. */
  get count(): number {
    return this.#names.size
  }

  /** Keeps bytes under a name, durably. Throws what the disk throws. */
  async keep(name: string, bytes: Uint8Array): Promise<void> {
    if (this.#names.has(name)) return
    const path = join(this.#folder, name)
    const file = await this.#disk.create(path)
    try {
      await file.write(bytes, 0)
      await file.sync()
    } catch (error) {
      await this.#disk.remove(path)
      throw error
    } finally {
      await file.close()
    }
    await this.#disk.syncFolder(this.#folder)
    this.#names.add(name)
  }
}
