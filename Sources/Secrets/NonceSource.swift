/// Random nonces, drawn from the generator in blocks: a call a message would cost more
/// than the encryption itself.
///
/// A failed draw leaves nothing behind, so no nonce is ever handed out twice.
public struct NonceSource: ~Copyable {
    /// 3 KiB a draw.
    private static let noncesInABlock = 256

    private var block: [UInt8] = []
    private var position = 0

    public init() {}

    public mutating func next() throws(SecretsError) -> Nonce {
        if position == block.count { try refill() }
        let start = position
        position += Nonce.byteCount
        guard let nonce = Nonce(block.span.extracting(start..<start + Nonce.byteCount)) else {
            preconditionFailure("a block holds whole nonces")
        }
        return nonce
    }

    private mutating func refill() throws(SecretsError) {
        block = []
        position = 0
        block = try Randomness.bytes(Self.noncesInABlock * Nonce.byteCount)
    }
}
