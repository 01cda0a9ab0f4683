public import Fingerprints

/// What is looked for, shared by all that scan.
public struct ScanRules: Sendable {
    /// Decompresses one gzip stream, as far as the input and `limit` bytes of output go; nil where nothing came.
    public typealias Inflate = @Sendable (_ gzip: [UInt8], _ limit: Int) -> Inflated?

    public struct Inflated: Sendable {
        public let bytes: [UInt8]
        /// Bytes of the input.
        public let taken: Int
        /// Whether the stream's end was among them.
        public let isWhole: Bool

        public init(bytes: [UInt8], taken: Int, isWhole: Bool) {
            self.bytes = bytes
            self.taken = taken
            self.isWhole = isWhole
        }
    }

    public let scanKey: ScanKey
    public let stored: StoredWindows
    /// Nil where the build has no zlib: gzip text is then told as not read.
    public let inflate: Inflate?
    /// Nil where every finding is wanted.
    public let sieve: FindingSieve?

    public init(scanKey: ScanKey, stored: StoredWindows, inflate: Inflate? = nil, sieve: FindingSieve? = nil) {
        self.scanKey = scanKey
        self.stored = stored
        self.inflate = inflate
        self.sieve = sieve
    }
}
