internal import FoundationEssentials
public import Secrets

/// A signature over a manifest as DSSE has it (github.com/secure-systems-lab/dsse, v1), Ed25519.
public struct Envelope: Encodable, Equatable, Sendable {
    public static let payloadType = "application/vnd.byok.manifest+json"

    public struct Signature: Encodable, Equatable, Sendable {
        /// The first 16 hexadecimal digits of the SHA-256 of the public key's PEM.
        let keyid: String
        let sig: String
    }

    let payload: String
    let payloadType: String
    let signatures: [Signature]

    public init(of payload: [UInt8], key: borrowing Ed25519SigningKey) throws(SecretsError) {
        let signature = try key.sign(Self.signedBytes(payload).span)
        let pem = Array(try key.publicKeyPEM().utf8)
        let digest = SHA256.hexDigest(of: pem.span)
        self.payload = Data(payload).base64EncodedString()
        payloadType = Self.payloadType
        signatures = [Signature(keyid: String(digest.prefix(16)), sig: Data(signature).base64EncodedString())]
    }

    /// DSSE's pre-authentication encoding.
    static func signedBytes(_ payload: [UInt8]) -> [UInt8] {
        Array("DSSEv1 \(payloadType.utf8.count) \(payloadType) \(payload.count) ".utf8) + payload
    }

    /// DSSE's own names, on one line: `sed` finds the signature.
    func encoded() throws(ReportsError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(self)) + [UInt8(ascii: "\n")]
        } catch {
            throw .cannotRender
        }
    }
}
