import Batch
import FoundationEssentials
import System

/// Fingerprints that an earlier report told.
enum Baseline {
    private static let limit = 1 << 30

    /// Whatever JSON it is: every `fingerprint` in it counts.
    static func read(_ path: String) throws(JobFailure) -> Set<String> {
        let bytes: [UInt8]
        do throws(SystemError) { bytes = try PrivateFile.read(path, limit: limit) } catch { throw JobFailure(error) }
        guard let document = try? JSONDecoder().decode(Fingerprints.self, from: Data(bytes)) else {
            throw JobFailure(
                .misconfigured, "the baseline \(PlaceName(path)) is not JSON", next: "name an earlier report.json")
        }
        return document.found
    }

    private struct Fingerprints: Decodable {
        private struct Name: CodingKey {
            let stringValue: String
            var intValue: Int? { nil }
            init?(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        var found: Set<String> = []

        init(from decoder: any Decoder) throws {
            if let object = try? decoder.container(keyedBy: Name.self) {
                for name in object.allKeys {
                    if name.stringValue == "fingerprint", let text = try? object.decode(String.self, forKey: name) {
                        found.insert(text)
                    } else if let inner = try? object.decode(Fingerprints.self, forKey: name) {
                        found.formUnion(inner.found)
                    }
                }
            } else if var list = try? decoder.unkeyedContainer() {
                while !list.isAtEnd { found.formUnion(try list.decode(Fingerprints.self).found) }
            }
        }
    }
}
