// Seals a key for one row. Reads a JSON object on stdin:
//   {"masterKey": base64, "version": 1, "keyId": uuid, "userId": uuid, "provider": "groq", "key": text}
// and prints the sealed bytes in base64.
import { createCipheriv, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";

const uuid = (text) => Buffer.from(text.replaceAll("-", ""), "hex");

export function additionalData({ version, keyId, userId, provider }) {
  const number = Buffer.alloc(4);
  number.writeUInt32BE(version);
  const parts = ["byok/v1\0", uuid(keyId), uuid(userId), number, provider];
  return Buffer.concat(parts.map((part) => Buffer.from(part)));
}

export function seal(key, masterKey, row) {
  if (masterKey.length !== 32) throw new Error("a master key has 32 bytes");
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", masterKey, nonce);
  cipher.setAAD(additionalData(row));
  const ciphertext = Buffer.concat([cipher.update(key), cipher.final()]);
  return Buffer.concat([Buffer.from([0x01]), nonce, ciphertext, cipher.getAuthTag()]);
}

const input = JSON.parse(readFileSync(0, "utf8"));
const sealed = seal(Buffer.from(input.key), Buffer.from(input.masterKey, "base64"), input);
process.stdout.write(sealed.toString("base64"));
