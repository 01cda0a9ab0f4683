// Opens the sealed key of one row. Reads a JSON object on stdin:
//   {"masterKey": base64, "version": 1, "keyId": uuid, "userId": uuid, "provider": "groq", "sealed": base64}
// and prints the key; exits with 1 when the bytes are not that row's.
import { createDecipheriv } from "node:crypto";
import { readFileSync } from "node:fs";

const uuid = (text) => Buffer.from(text.replaceAll("-", ""), "hex");

export function additionalData({ version, keyId, userId, provider }) {
  const number = Buffer.alloc(4);
  number.writeUInt32BE(version);
  const parts = ["byok/v1\0", uuid(keyId), uuid(userId), number, provider];
  return Buffer.concat(parts.map((part) => Buffer.from(part)));
}

export function open(sealed, masterKey, row) {
  if (sealed.length < 30 || sealed[0] !== 0x01) throw new Error("not a sealed key of format 1");
  const decipher = createDecipheriv("aes-256-gcm", masterKey, sealed.subarray(1, 13), { authTagLength: 16 });
  decipher.setAAD(additionalData(row));
  decipher.setAuthTag(sealed.subarray(-16));
  // Nothing may be used before final() has compared the tag.
  return Buffer.concat([decipher.update(sealed.subarray(13, -16)), decipher.final()]);
}

const input = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(open(Buffer.from(input.sealed, "base64"), Buffer.from(input.masterKey, "base64"), input));
