public import Fingerprints
public import Secrets

/// What of a key is fingerprinted: where its body begins, behind the public prefix, and where in it the secret lies.
public struct FingerprintBody: Sendable {
    public let start: Int
    public let shape: BodyShape

    init(_ anatomy: KeyAnatomy) {
        let start = anatomy.segments.first?.range.lowerBound ?? 0
        let ranges = anatomy.segments.map { segment in
            SecretRange(
                segment.range.lowerBound - start..<segment.range.upperBound - start,
                millibits: Int(segment.bitsPerCharacter * 1000))
        }
        // Four bits or less a character is hexadecimal.
        let isHexadecimal = !ranges.isEmpty && anatomy.segments.allSatisfy { $0.bitsPerCharacter <= 4 }
        self.start = start
        shape = BodyShape(kind: isHexadecimal ? .hexadecimal : .text, secretRanges: ranges)
    }
}

extension Provider {
    /// The windows to store for a key, encoded; nil where nothing of it is hard enough to guess.
    public func fingerprint(
        of key: borrowing SecretBytes, with fingerprinter: inout Fingerprinter
    ) throws(FingerprintError) -> [UInt8]? {
        let body = FingerprintBody(anatomy(of: key))
        let windows = try key.withBytes { key throws(FingerprintError) in
            try fingerprinter.windows(of: key.extracting(body.start...), shape: body.shape)
        }
        return windows.isEmpty ? nil : try WindowList.encode(windows)
    }
}
