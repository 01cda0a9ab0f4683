internal import Secrets

/// How far a file was read, for the next scan.
public struct SourceMark: Sendable, Equatable, Codable {
    public let device: UInt64
    public let inode: UInt64
    /// Up to where it was read.
    public let offset: Int
    /// Line ends before it.
    public let lines: Int
    /// SHA-256 of the first bytes, at most ``longestSample``, and of as many right before `offset`: a file that was cut
    /// short and filled anew has others.
    let beginning: String
    let beginningLength: Int
    let ending: String
    /// Fingerprints of what was told so near to the end that the next scan looks there once more.
    let told: [String]

    static let longestSample = 4_096

    /// False of one that no scan leaves, such as from a damaged state file.
    public var isPossible: Bool {
        offset >= 0 && (0...offset).contains(lines) && (0...min(offset, Self.longestSample)).contains(beginningLength)
    }

    public var identity: FileIdentity { FileIdentity(device: device, inode: inode) }

    init(
        _ file: borrowing OpenedFile, offset: Int, lines: Int, beginning: [UInt8], told: [String] = []
    ) throws(SourceFailure) {
        device = file.identity.device
        inode = file.identity.inode
        self.offset = offset
        self.lines = lines
        self.told = told
        beginningLength = min(beginning.count, offset)
        self.beginning = Self.digest(beginning, beginningLength)
        ending = try Self.ending(file, offset)
    }

    /// Whether the file is still the one that was read.
    func holds(for file: borrowing OpenedFile, beginning now: [UInt8]) throws(SourceFailure) -> Bool {
        guard identity == file.identity, offset <= file.size, beginningLength <= now.count,
            Self.digest(now, beginningLength) == beginning
        else { return false }
        return try Self.ending(file, offset) == ending
    }

    private static func ending(_ file: borrowing OpenedFile, _ offset: Int) throws(SourceFailure) -> String {
        let bytes = try file.bytes(max(0, offset - longestSample)..<offset)
        return digest(bytes, bytes.count)
    }

    private static func digest(_ bytes: [UInt8], _ count: Int) -> String {
        SHA256.hexDigest(of: bytes.span.extracting(first: count))
    }
}
