internal import CScan

/// Room for a block of text and for what the kernel says of it.
@safe final class ScanMemory {
    let capacity: Int
    private(set) var count = 0
    private let base: UnsafeMutablePointer<UInt8>
    private let words: UnsafeMutablePointer<UInt64>
    private let hexes: UnsafeMutablePointer<UInt64>
    private let busy: UnsafeMutablePointer<byok_scan_busy_block>
    private var busyCount = 0
    private let newlines: UnsafeMutablePointer<UInt32>
    /// For a batch of places or runs.
    let room: UnsafeMutableRawPointer

    private static let slack = Int(byok_scan_slack)
    private static let group = Int(byok_scan_group)
    private static let stage = Int(byok_scan_stage)

    init(capacity: Int) {
        self.capacity = capacity
        let groups = capacity / Self.group + 1
        unsafe base = .allocate(capacity: capacity + 2 * Self.slack)
        unsafe base.initialize(repeating: UInt8(ascii: " "), count: Self.slack)
        unsafe words = .allocate(capacity: 4 * groups)
        unsafe hexes = .allocate(capacity: 4 * groups)
        unsafe busy = .allocate(capacity: 4 * groups + 4)
        unsafe newlines = .allocate(capacity: capacity / Self.stage + 1)
        let run = MemoryLayout<byok_scan_run>.self
        unsafe room = .allocate(byteCount: Int(byok_scan_batch) * run.stride, alignment: run.alignment)
    }

    deinit {
        unsafe base.deallocate()
        unsafe words.deallocate()
        unsafe hexes.deallocate()
        unsafe busy.deallocate()
        unsafe newlines.deallocate()
        unsafe room.deallocate()
    }

    var text: ScanText { unsafe ScanText(start: start, count: count) }
    private var start: UnsafeMutablePointer<UInt8> { unsafe base + Self.slack }
    var pointer: UnsafePointer<UInt8> { unsafe UnsafePointer(start) }

    func clear() { count = 0 }

    /// Lets `fill` write behind what is there, as far as there is room. Gives how much came.
    func append<Failure: Error>(
        _ fill: (inout OutputSpan<UInt8>) throws(Failure) -> Void
    ) throws(Failure) -> Int {
        let room = unsafe UnsafeMutableBufferPointer(start: start + count, count: capacity - count)
        var output = unsafe OutputSpan(buffer: room, initializedCount: 0)
        try fill(&output)
        let came = unsafe output.finalize(for: room)
        count += came
        return came
    }

    /// Keeps what stands from `position` on and moves it to the front.
    func drop(before position: Int) {
        let kept = max(0, count - max(0, position))
        unsafe start.update(from: start + (count - kept), count: kept)
        count = kept
    }

    func set(_ bytes: Span<UInt8>) {
        count = min(bytes.count, capacity)
        unsafe bytes.withUnsafeBufferPointer { bytes in
            guard let first = bytes.baseAddress else { return }
            unsafe start.update(from: first, count: count)
        }
    }

    /// Asks the kernel about the whole text.
    func classify() {
        unsafe (start + count).initialize(repeating: UInt8(ascii: " "), count: Self.slack)
        busyCount = unsafe byok_scan_classify(start, count, words, hexes, busy, newlines)
    }

    /// What was marked, for the functions that go through it.
    @unsafe var marked: byok_scan_marked {
        unsafe byok_scan_marked(
            text: start, length: count, word: words, hex: hexes, busy: busy, busy_count: busyCount)
    }
}

extension ScanMemory {
    enum Mask {
        case word, hex
    }

    /// The longest stretch of `mask` that holds `position`, or an empty one where it is not set there.
    func run(of mask: Mask, around position: Int) -> Range<Int> {
        guard position >= 0, position < count, bits(mask, position >> 6) >> UInt64(position & 63) & 1 == 1 else {
            return position..<position
        }
        return first(before: position, mask)..<end(after: position, mask)
    }

    private func first(before position: Int, _ mask: Mask) -> Int {
        var block = position >> 6
        var gaps = ~bits(mask, block) << UInt64(63 &- position & 63)
        if gaps != 0 { return position &- gaps.leadingZeroBitCount &+ 1 }
        while block > 0 {
            block &-= 1
            gaps = ~bits(mask, block)
            if gaps != 0 { return block &<< 6 &+ 64 &- gaps.leadingZeroBitCount }
        }
        return 0
    }

    private func end(after position: Int, _ mask: Mask) -> Int {
        var block = position >> 6
        var gaps = ~bits(mask, block) >> UInt64(position & 63)
        if gaps != 0 { return min(count, position &+ gaps.trailingZeroBitCount) }
        while block < (count &- 1) >> 6 {
            block &+= 1
            gaps = ~bits(mask, block)
            if gaps != 0 { return min(count, block &<< 6 &+ gaps.trailingZeroBitCount) }
        }
        return count
    }

    /// How far the digits of a hexadecimal run are lower case.
    func endOfLowerDigits(_ run: Range<Int>) -> Int {
        unsafe byok_scan_lower_digits(pointer, run.lowerBound, run.upperBound)
    }

    /// Line ends in `range`: whole stages were counted by the kernel.
    func newlineCount(in range: Range<Int>) -> Int {
        let range = range.clamped(to: 0..<count)
        let first = (range.lowerBound + Self.stage - 1) / Self.stage, last = range.upperBound / Self.stage
        guard first < last else { return countNewlines(range) }
        var total = countNewlines(range.lowerBound..<first * Self.stage)
        for stage in first..<last { total += Int(unsafe newlines[stage]) }
        return total + countNewlines(last * Self.stage..<range.upperBound)
    }

    private func countNewlines(_ range: Range<Int>) -> Int {
        var total = 0
        for position in range where unsafe start[position] == UInt8(ascii: "\n") { total += 1 }
        return total
    }

    /// Where the last line end before `position` is.
    func lastNewline(before position: Int) -> Int? {
        let lineStart = unsafe byok_scan_line_start(pointer, max(0, min(position, count)))
        return lineStart > 0 ? lineStart - 1 : nil
    }

    /// Where base64 or hexadecimal text begins that is readable when decoded, or the range's end.
    func firstBase64(in range: Range<Int>) -> Int {
        unsafe byok_scan_find_base64(pointer, range.lowerBound, range.upperBound)
    }

    func firstHex(in range: Range<Int>) -> Int {
        unsafe byok_scan_find_hex(pointer, range.lowerBound, range.upperBound)
    }

    func hasEscape(_ range: Range<Int>) -> Bool {
        unsafe byok_scan_has_escape(pointer, range.lowerBound, range.upperBound)
    }

    @inline(__always)
    private func bits(_ mask: Mask, _ block: Int) -> UInt64 {
        switch mask {
        case .word: unsafe words[block]
        case .hex: unsafe hexes[block]
        }
    }
}
