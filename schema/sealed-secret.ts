import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'

/** What a sealed secret is bound to, so that a row copied to another site or mode does not open. */
export type SecretBinding = { siteId: number; purpose: string; livemode: boolean }

/** The outcome of opening. A wrong master key and a tampered row look alike on purpose. */
export type Opened = { ok: true; secret: string } | { ok: false; reason: 'unreadable' | 'other_master_key' }

const version = 1
const nonceBytes = 12
const tagBytes = 16

function keyId(masterKey: Buffer): Buffer {
  return createHash('sha256').update('revtrail key id').update(masterKey).digest().subarray(0, 4)
}

function encryptionKey(masterKey: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', masterKey, Buffer.alloc(0), 'revtrail sealed secret v1', 32))
}

function associatedData(binding: SecretBinding, id: Buffer): Buffer {
  return Buffer.from(
    JSON.stringify([version, binding.siteId, binding.purpose, binding.livemode, id.toString('hex')]),
  )
}

/**
 * Encrypts a secret with AES-256-GCM: base64 of version (1 byte), master key id (4), nonce (12), tag (16), ciphertext.
 */
export function sealSecret(secret: string, binding: SecretBinding, masterKey: Buffer): string {
  const id = keyId(masterKey)
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', encryptionKey(masterKey), nonce)
  cipher.setAAD(associatedData(binding, id))
  const text = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
  return Buffer.concat([Buffer.of(version), id, nonce, cipher.getAuthTag(), text]).toString('base64')
}

/** Decrypts what `sealSecret` made for the same binding. */
export function openSecret(sealed: string, binding: SecretBinding, masterKey: Buffer): Opened {
  const bytes = Buffer.from(sealed, 'base64')
  const head = 1 + 4 + nonceBytes + tagBytes
  if (bytes.length < head || bytes[0] !== version) return { ok: false, reason: 'unreadable' }
  const id = bytes.subarray(1, 5)
  if (!id.equals(keyId(masterKey))) return { ok: false, reason: 'other_master_key' }
  const decipher = createDecipheriv(
    'aes-256-gcm',
    encryptionKey(masterKey),
    bytes.subarray(5, 5 + nonceBytes),
  )
  decipher.setAAD(associatedData(binding, id))
  decipher.setAuthTag(bytes.subarray(5 + nonceBytes, head))
  try {
    return {
      ok: true,
      secret: Buffer.concat([decipher.update(bytes.subarray(head)), decipher.final()]).toString('utf8'),
    }
  } catch {
    return { ok: false, reason: 'unreadable' }
  }
}
