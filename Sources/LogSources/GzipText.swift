public import Scanner

/// Decompresses short gzip text that stood in a line, in base64.
public enum GzipText {
    public static var inflate: ScanRules.Inflate? {
        #if Compression
            { gzip, limit in
                guard let decompressor = try? GzipDecompressor() else { return nil }
                var taken = 0
                let bytes = [UInt8](capacity: limit) { output in
                    while taken < gzip.count, output.freeCapacity > 0, !decompressor.isBetweenMembers {
                        let rest = gzip.span.extracting(taken...)
                        // What came before the damage is looked at all the same.
                        guard let came = try? decompressor.decompress(rest, into: &output), came > 0 else { return }
                        taken += came
                    }
                }
                return bytes.isEmpty
                    ? nil
                    : ScanRules.Inflated(bytes: bytes, taken: taken, isWhole: decompressor.isBetweenMembers)
            }
        #else
            nil
        #endif
    }
}
