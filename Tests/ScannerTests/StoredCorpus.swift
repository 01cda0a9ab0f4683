import Fingerprints
import Providers
import ScanCorpus
import Secrets

@testable import Scanner

/// What `byok` and `revalidate` would have stored of the corpus' keys.
struct StoredCorpus {
    let rules: ScanRules

    init(_ keys: [MadeUpKey], inflate: ScanRules.Inflate? = StoredDeflate.inflate) throws {
        let scanKey = try Self.scanKey()
        var fingerprinter = try Fingerprinter(scanKey)
        var windows = PairedWindows()
        for (number, key) in keys.enumerated() {
            let bytes = Array(key.text.utf8)
            let secret = SecretBytes(copying: bytes.span)
            guard let encoded = try key.provider.fingerprint(of: secret, with: &fingerprinter) else { continue }
            for window in try WindowList.decode(encoded.span) { windows.append(window, of: UInt32(number)) }
        }
        rules = ScanRules(scanKey: scanKey, stored: StoredWindows(windows), inflate: inflate)
    }

    static func scanKey() throws -> ScanKey {
        let bytes = [UInt8](repeating: 7, count: 32)
        return try ScanKey(SecretBytes(copying: bytes.span))
    }
}

/// Enough of an inflater for gzip that was stored without compression.
enum StoredDeflate {
    static let inflate: ScanRules.Inflate = { gzip, limit in
        guard gzip.count > 15, gzip[10] == 1 else { return nil }
        let length = Int(gzip[11]) | Int(gzip[12]) << 8
        return ScanRules.Inflated(
            bytes: Array(gzip[15...].prefix(min(length, limit))), taken: min(gzip.count, length + 23),
            isWhole: gzip.count >= length + 23)
    }
}

extension StreamScanner {
    /// All findings in a text that comes in pieces of this size.
    func findings(in bytes: [UInt8], piece: Int = .max) throws -> [Finding] {
        var found: [Finding] = []
        var next = 0
        begin(at: 0, ownStart: 0)
        while true {
            next += read { output in
                for byte in bytes[next...].prefix(min(piece, output.freeCapacity)) { output.append(byte) }
            }
            let isEnd = next == bytes.count
            if isEnd || isFull { found += try scan(isEnd: isEnd) }
            if isEnd { return found }
        }
    }
}
