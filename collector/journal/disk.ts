import { close, constants, fdatasync, fstat, ftruncate, open, read, write } from 'node:fs'
import { mkdir, open as openFolder, readdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** An open file of the journal. */
export type DiskFile = {
  /** Writes all of the bytes at a position; a part may be written when it fails. */
  write: (bytes: Uint8Array, position: number) => Promise<void>
  /** Fills a buffer of that many bytes from a position; shorter only at the end of the file. */
  read: (count: number, position: number) => Promise<Buffer>
  size: () => Promise<number>
  truncate: (size: number) => Promise<void>
  /** Resolves when what was written would survive a power cut (fdatasync). */
  sync: () => Promise<void>
  close: () => Promise<void>
}

/** The calls that the journal makes to the operating system, so that tests can lose power, fill disks and fail syncs. */
export type Disk = {
  makeFolder: (path: string) => Promise<void>
  /** The names of the files in a folder. */
  list: (folder: string) => Promise<string[]>
  /** Makes a file that must not exist yet. */
  create: (path: string) => Promise<DiskFile>
  /** Opens a file that exists, to read and write. */
  open: (path: string) => Promise<DiskFile>
  /** Removes a file; one that is gone already is no fault. */
  remove: (path: string) => Promise<void>
  /** Makes creations and removals in a folder durable. */
  syncFolder: (path: string) => Promise<void>
}

const calls = {
  open: promisify(open),
  close: promisify(close),
  read: promisify(read),
  write: promisify(write),
  fstat: promisify(fstat),
  ftruncate: promisify(ftruncate),
  fdatasync: promisify(fdatasync),
}

/** The real disk. Errors are those of node:fs, with their `code`. */
export const nodeDisk: Disk = {
  makeFolder: async (path) => {
    await mkdir(path, { recursive: true })
  },
  list: async (folder) => {
    const entries = await readdir(folder, { withFileTypes: true })
    return entries.filter((entry) => entry.isFile()).map((entry) => entry.name)
  },
  create: async (path) =>
    nodeFile(await calls.open(path, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600)),
  open: async (path) => nodeFile(await calls.open(path, constants.O_RDWR)),
  remove: async (path) => {
    await unlink(path).catch((error: unknown) => {
      if (errorCode(error) !== 'ENOENT') throw error
    })
  },
  syncFolder: async (path) => {
    const folder = await openFolder(path, 'r')
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  },
}

function nodeFile(fd: number): DiskFile {
  return {
    write: async (bytes, position) => {
      let done = 0
      while (done < bytes.length) {
        const { bytesWritten } = await calls.write(fd, bytes, done, bytes.length - done, position + done)
        done += bytesWritten
      }
    },
    read: async (count, position) => {
      const buffer = Buffer.allocUnsafe(count)
      let done = 0
      while (done < count) {
        const { bytesRead } = await calls.read(fd, buffer, done, count - done, position + done)
        if (bytesRead === 0) break
        done += bytesRead
      }
      return buffer.subarray(0, done)
    },
    size: async () => (await calls.fstat(fd)).size,
    truncate: (size) => calls.ftruncate(fd, size),
    sync: () => calls.fdatasync(fd),
    close: () => calls.close(fd),
  }
}

/**
 * Reads a whole file.
 *
 * @param folder and name of the file
 */
export async function readWhole(disk: Disk, folder: string, name: string): Promise<Buffer> {
  const file = await disk.open(join(folder, name))
  try {
    return await file.read(await file.size(), 0)
  } finally {
    await file.close()
  }
}

/** Whether an error says that no space is left, on the disk or in the owner's quota. */
export function isDiskFull(error: unknown): boolean {
  const code = errorCode(error)
  return code === 'ENOSPC' || code === 'EDQUOT'
}

function errorCode(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
