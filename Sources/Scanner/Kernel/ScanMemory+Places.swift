internal import CScan

extension ScanMemory {
    /// Where the beginning of a key, of gzip text or of a printed buffer stands.
    func forEachBeginning(_ body: (Int) -> Void) { unsafe forEach(byok_scan_beginnings) { body(Int($0)) } }

    /// Runs of word bytes that may be a key, a part of one, or base64.
    func forEachMixedRun(_ body: (Range<Int>) -> Void) {
        unsafe forEach(byok_scan_mixed_runs) { body(Int($0.start)..<Int($0.end)) }
    }

    func forEachDigitRun(_ body: (Range<Int>) -> Void) {
        unsafe forEach(byok_scan_digit_runs) { body(Int($0.start)..<Int($0.end)) }
    }

    func forEachEscape(_ body: (Int) -> Void) { unsafe forEach(byok_scan_escapes) { body(Int($0)) } }

    /// Line ends that may stand inside of a key, and zeros behind a word byte.
    func forEachJoint(_ body: (Int) -> Void) { unsafe forEach(byok_scan_joints) { body(Int($0)) } }

    /// Capitals, small letters and hexadecimal digits.
    func tally(_ range: Range<Int>) -> byok_scan_tally {
        unsafe byok_scan_count(pointer, range.lowerBound, range.upperBound)
    }

    /// Where the last name of Mistral in `range` begins.
    func lastName(in range: Range<Int>) -> Int? {
        let found = unsafe byok_scan_last_name(pointer, range.lowerBound, range.upperBound)
        return found < range.upperBound ? found : nil
    }

    private typealias Search<Found> = (
        UnsafePointer<byok_scan_marked>?, UnsafeMutablePointer<byok_scan_cursor>?, UnsafeMutablePointer<Found>?
    ) -> Int

    /// Each depth of decoding has a memory of its own, so that nobody else uses the room meanwhile.
    @inline(__always)
    private func forEach<Found: BitwiseCopyable>(_ search: Search<Found>, _ body: (Found) -> Void) {
        var marked = unsafe marked
        var cursor = byok_scan_cursor()
        let room = unsafe room.bindMemory(to: Found.self, capacity: Int(byok_scan_batch))
        while unsafe cursor.block < marked.busy_count {
            let count = unsafe search(&marked, &cursor, room)
            for index in 0..<count { unsafe body(room[index]) }
        }
    }
}
