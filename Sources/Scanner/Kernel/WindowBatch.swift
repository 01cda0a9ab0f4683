internal import CScan
internal import Fingerprints

/// A window of the text that a stored key has, too.
struct WindowMatch {
    let range: Range<Int>
    let key: UInt32
}

/// Windows of one kind, gathered until there are enough for one call of the cipher.
@safe struct WindowBatch: ~Copyable {
    // Blocks and images together stay in the first cache.
    private static let capacity = 256

    private let kind: FragmentKind
    private let stored: StoredWindows
    private var cipher: WindowBlocks
    private let blocks: UnsafeMutablePointer<UInt8>
    private let images: UnsafeMutablePointer<UInt8>
    private let starts: UnsafeMutablePointer<UInt32>
    private let values: UnsafeMutablePointer<UInt64>
    private let kept: UnsafeMutablePointer<UInt32>
    private var count = 0

    init(_ kind: FragmentKind, _ scanKey: ScanKey, _ stored: StoredWindows) throws(FingerprintError) {
        let cipher = try WindowBlocks(kind, scanKey)
        self.kind = kind
        self.stored = stored
        self.cipher = cipher
        unsafe blocks = .allocate(capacity: Self.capacity * WindowBlocks.blockByteCount)
        unsafe images = .allocate(capacity: Self.capacity * WindowBlocks.blockByteCount)
        unsafe starts = .allocate(capacity: Self.capacity)
        unsafe values = .allocate(capacity: Self.capacity)
        unsafe kept = .allocate(capacity: Self.capacity + 1)
    }

    deinit {
        unsafe blocks.deallocate()
        unsafe images.deallocate()
        unsafe starts.deallocate()
        unsafe values.deallocate()
        unsafe kept.deallocate()
    }

    /// Every window that the format says is looked at in this run of one alphabet.
    mutating func add(
        _ run: Range<Int>, of memory: ScanMemory, _ matches: inout [WindowMatch]
    ) throws(FingerprintError) {
        guard run.count >= kind.fragmentLength else { return }
        switch kind {
        case .text: try addText(run, memory, &matches)
        case .hexadecimal: try addDigits(run, memory, &matches)
        }
    }

    private mutating func addText(
        _ run: Range<Int>, _ memory: ScanMemory, _ matches: inout [WindowMatch]
    ) throws(FingerprintError) {
        let size = WindowBlocks.blockByteCount
        var next = run.lowerBound
        while next &+ kind.windowLength <= run.upperBound {
            if Self.capacity &- count < 128 { try flush(&matches) }
            let found = unsafe byok_scan_text_windows(
                memory.pointer, run.lowerBound, run.upperBound, &next, starts + count, Self.capacity &- count)
            for index in count..<count &+ found {
                let window = unsafe UnsafeRawPointer(memory.pointer + Int(starts[index]))
                unsafe UnsafeMutableRawPointer(blocks + index &* size).copyMemory(from: window, byteCount: size)
            }
            count &+= found
        }
    }

    private mutating func addDigits(
        _ run: Range<Int>, _ memory: ScanMemory, _ matches: inout [WindowMatch]
    ) throws(FingerprintError) {
        var next = run.lowerBound
        let end = run.upperBound &- kind.windowLength &+ 1
        while next < end {
            if count == Self.capacity { try flush(&matches) }
            let taken = min(Self.capacity &- count, end &- next)
            unsafe byok_scan_pack_digits(
                memory.pointer, next, taken, blocks + count &* WindowBlocks.blockByteCount)
            for index in 0..<taken { unsafe starts[count &+ index] = UInt32(truncatingIfNeeded: next &+ index) }
            count &+= taken
            next &+= taken
        }
    }

    /// Compares what was gathered. Call it before the text goes away.
    mutating func flush(_ matches: inout [WindowMatch]) throws(FingerprintError) {
        guard count > 0 else { return }
        let byteCount = count &* WindowBlocks.blockByteCount
        let input = unsafe UnsafeBufferPointer(start: blocks, count: byteCount)
        let room = unsafe UnsafeMutableBufferPointer(start: images, count: byteCount)
        var output = unsafe OutputSpan(buffer: room, initializedCount: 0)
        try unsafe cipher.encrypt(input.span, into: &output)
        _ = unsafe output.finalize(for: room)
        look(&matches)
        count = 0
    }

    private func look(_ matches: inout [WindowMatch]) {
        let found =
            unsafe stored.withFilter { filter, mask in
                unsafe byok_scan_sift(blocks, images, count, filter, mask, values, kept)
            }
        for number in 0..<found {
            let index = Int(unsafe kept[number])
            stored.forEachKey(of: unsafe values[index]) { key in
                let start = Int(unsafe starts[index])
                matches.append(WindowMatch(range: start..<start &+ kind.windowLength, key: key))
            }
        }
    }
}
