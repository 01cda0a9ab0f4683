internal import Secrets

/// The windows' function for a scanner that packs them itself, many at a time, from text that is no secret of ours.
public struct WindowBlocks: ~Copyable {
    public static let blockByteCount = 16

    private var cipher: AES256Blocks

    public init(_ kind: FragmentKind, _ scanKey: ScanKey) throws(FingerprintError) {
        do throws(SecretsError) {
            let cipher =
                switch kind {
                case .text: try AES256Blocks(key: scanKey.textKey)
                case .hexadecimal: try AES256Blocks(key: scanKey.hexadecimalKey)
                }
            self.cipher = cipher
        } catch {
            throw .cryptography(error)
        }
    }

    /// Appends one image a block; a window's value is the first 8 bytes of image xor block, big-endian.
    public mutating func encrypt(
        _ blocks: Span<UInt8>, into images: inout OutputSpan<UInt8>
    ) throws(FingerprintError) {
        do throws(SecretsError) { try cipher.encrypt(blocks, into: &images) } catch { throw .cryptography(error) }
    }
}
