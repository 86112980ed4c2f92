import { dirname } from 'node:path'
import type { Disk, DiskFile } from './disk.ts'

const page = 64

type Content = { bytes: Buffer; durable: Buffer; lasting: boolean }

/** A disk in memory that can lose power, fill up and fail: what is not synced may be gone, page by page. */
export class MemoryDisk implements Disk {
  files = new Map<string, Content>()
  #removed = new Map<string, Content>()
  /** The most bytes that all files may have together. */
  capacity = Number.POSITIVE_INFINITY
  /** Called before each write and sync; what it throws is the call's fault. */
  onCall: (call: 'write' | 'sync') => void | Promise<void> = () => undefined

  get used(): number {
    return [...this.files.values()].reduce((bytes, file) => bytes + file.bytes.length, 0)
  }

  async makeFolder(): Promise<void> {}

  async list(folder: string): Promise<string[]> {
    return [...this.files.keys()]
      .filter((path) => dirname(path) === folder)
      .map((path) => path.slice(folder.length + 1))
  }

  async create(path: string): Promise<DiskFile> {
    if (this.files.has(path)) throw fault('EEXIST')
    this.files.set(path, { bytes: Buffer.alloc(0), durable: Buffer.alloc(0), lasting: false })
    return await this.open(path)
  }

  async open(path: string): Promise<DiskFile> {
    const file = this.files.get(path)
    if (!file) throw fault('ENOENT')
    return {
      write: async (bytes, position) => {
        await this.onCall('write')
        const end = Math.max(file.bytes.length, position + bytes.length)
        const room = this.capacity - this.used + file.bytes.length
        const grown = Buffer.alloc(Math.min(end, Math.max(room, file.bytes.length)))
        file.bytes.copy(grown)
        Buffer.from(bytes).copy(grown, position)
        file.bytes = grown
        if (grown.length < end) throw fault('ENOSPC')
      },
      read: async (count, position) => Buffer.from(file.bytes.subarray(position, position + count)),
      size: async () => file.bytes.length,
      truncate: async (size) => {
        file.bytes = Buffer.from(file.bytes.subarray(0, size))
      },
      sync: async () => {
        await this.onCall('sync')
        file.durable = Buffer.from(file.bytes)
      },
      close: async () => undefined,
    }
  }

  async remove(path: string): Promise<void> {
    const file = this.files.get(path)
    this.files.delete(path)
    if (file?.lasting) this.#removed.set(path, file)
  }

  async syncFolder(folder: string): Promise<void> {
    for (const [path, file] of this.files) if (dirname(path) === folder) file.lasting = true
    for (const path of this.#removed.keys()) if (dirname(path) === folder) this.#removed.delete(path)
  }

  /**
   * The disk after the power came back.
   *
   * @param chance a number from 0 to 1 at each call: which unsynced names, sizes and pages survived
   */
  afterPowerCut(chance: () => number): MemoryDisk {
    const disk = new MemoryDisk()
    for (const [path, file] of [...this.#removed, ...this.files]) {
      if (!file.lasting && chance() < 0.5) continue
      if (this.#removed.has(path) && chance() < 0.5) continue
      const bytes = survivors(file, chance)
      disk.files.set(path, { bytes, durable: bytes, lasting: true })
    }
    return disk
  }
}

function survivors(file: Content, chance: () => number): Buffer {
  const sizes = [file.durable.length, file.bytes.length]
  const size = sizes[0] === sizes[1] || chance() < 0.5 ? file.durable.length : file.bytes.length
  const bytes = Buffer.alloc(size)
  file.durable.copy(bytes)
  for (let at = 0; at < size; at += page) if (chance() < 0.5) file.bytes.copy(bytes, at, at, at + page)
  return bytes
}

/** An error as node:fs throws it. */
export function fault(code: string): Error {
  return Object.assign(new Error(code), { code })
}
