/** Reads what ByteWriter wrote. Throws RangeError past the end. */
export class ByteReader {
  #bytes: Buffer
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get ended(): boolean {
    return this.#at >= this.#bytes.length
  }

  uint8(): number {
    return this.#bytes.readUInt8(this.#take(1))
  }

  uint16(): number {
    return this.#bytes.readUInt16LE(this.#take(2))
  }

  uint32(): number {
    return this.#bytes.readUInt32LE(this.#take(4))
  }

  uint64(): bigint {
    return this.#bytes.readBigUInt64LE(this.#take(8))
  }

  int64(): number {
    return Number(this.#bytes.readBigInt64LE(this.#take(8)))
  }

  varint(): number {
    let value = 0
    for (let factor = 1; ; factor *= 128) {
      const byte = this.uint8()
      value += (byte & 127) * factor
      if (byte < 128) return value
    }
  }

  raw(count: number): Buffer {
    const start = this.#take(count)
    return this.#bytes.subarray(start, start + count)
  }

  text(): string {
    const count = this.varint()
    const start = this.#take(count)
    return this.#bytes.toString('utf8', start, start + count)
  }

  #take(count: number): number {
    const start = this.#at
    if (start + count > this.#bytes.length) throw new RangeError('The bytes end inside a value.')
    this.#at = start + count
    return start
  }
}
