internal import COpenSSL

/// One OpenSSL cipher context with its key schedule, for one direction. The key is set
/// once; each message sets its nonce only.
@safe struct CipherContext: ~Copyable {
    enum Direction: Int32 { case decrypt = 0, encrypt = 1 }

    let pointer: OpaquePointer
    private let direction: Direction

    init(_ cipher: OpaquePointer?, key: borrowing SecretBytes, _ direction: Direction) throws(SecretsError) {
        guard let pointer = unsafe EVP_CIPHER_CTX_new() else {
            throw .libraryFailure(direction.operation, code: ErrorQueue.drain())
        }
        let result = key.withBytes { key in
            unsafe key.withUnsafeBufferPointer { key in
                unsafe EVP_CipherInit_ex(pointer, cipher, nil, key.baseAddress, nil, direction.rawValue)
            }
        }
        guard result == 1 else {
            unsafe EVP_CIPHER_CTX_free(pointer)
            throw .libraryFailure(direction.operation, code: ErrorQueue.drain())
        }
        unsafe self.pointer = pointer
        self.direction = direction
    }

    /// Also erases the key schedule.
    deinit { unsafe EVP_CIPHER_CTX_free(pointer) }

    borrowing func start(_ nonce: Nonce) throws(SecretsError) {
        let result = unsafe nonce.bytes.span.withUnsafeBufferPointer { nonce in
            unsafe EVP_CipherInit_ex(pointer, nil, nil, nil, nonce.baseAddress, direction.rawValue)
        }
        try check(result, direction.operation)
    }

    borrowing func authenticate(_ additionalData: Span<UInt8>) throws(SecretsError) {
        guard !additionalData.isEmpty else { return }
        let length = try additionalData.lengthForOpenSSL()
        let result = unsafe additionalData.withUnsafeBufferPointer { bytes in
            var ignored: Int32 = 0
            return unsafe EVP_CipherUpdate(pointer, nil, &ignored, bytes.baseAddress, length)
        }
        try check(result, direction.operation)
    }

    /// Appends as many bytes as `input` has.
    borrowing func transform(_ input: Span<UInt8>, into output: inout OutputSpan<UInt8>) throws(SecretsError) {
        guard !input.isEmpty else { return }
        precondition(output.freeCapacity >= input.count, "the output holds the whole message")
        let length = try input.lengthForOpenSSL()
        let result = unsafe input.withUnsafeBufferPointer { input in
            unsafe output.withUnsafeMutableBufferPointer { buffer, filled in
                var written: Int32 = 0
                let start = unsafe buffer.baseAddress?.advanced(by: filled)
                let result = unsafe EVP_CipherUpdate(pointer, start, &written, input.baseAddress, length)
                filled += Int(written)
                return result
            }
        }
        try check(result, direction.operation)
    }

    /// For a stream mode there is nothing left to write; decrypting, this is where the tag is compared.
    borrowing func finish() -> Bool {
        var nothing: UInt8 = 0
        var written: Int32 = 0
        return unsafe EVP_CipherFinal_ex(pointer, &nothing, &written) == 1
    }
}

extension CipherContext.Direction {
    var operation: SecretsError.Operation { self == .encrypt ? .encryption : .decryption }
}

extension Span<UInt8> {
    /// OpenSSL counts bytes in an `int`.
    func lengthForOpenSSL() throws(SecretsError) -> Int32 {
        guard let length = Int32(exactly: count) else { throw .messageTooLong(byteCount: count) }
        return length
    }
}
