import Foundation
import Providers
import Synchronization

/// The made-up keys of all tests, for `scripts/test`: it has them enrolled before it scans everything that was written.
/// Nothing is recorded where the variable does not name a file.
enum PlantedRecord {
    private static let file: FileHandle? = ProcessInfo.processInfo.environment["TEST_PLANTED_KEYS"].flatMap { path in
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        return descriptor < 0 ? nil : FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
    }
    private static let seen = Mutex<Set<String>>([])

    /// One write a line: several processes append.
    static func add(_ key: [UInt8], of provider: Provider) {
        guard let file else { return }
        let line =
            #"{"provider":"\#(provider.rawValue)","key":"\#(String(decoding: key, as: UTF8.self))","label":"made up","#
        guard seen.withLock({ $0.insert(line).inserted }) else { return }
        file.write(Data((line + #""user_id":"00000000-0000-4000-8000-000000000001"}"# + "\n").utf8))
    }
}
