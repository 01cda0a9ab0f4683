internal import CScan

/// C's arrays of four come as tuples.
extension UnsafeMutablePointer where Pointee == byok_scan_masks {
    @inline(__always) func word(_ lane: Int) -> UInt64 { unsafe lanes[lane] }
    @inline(__always) func hex(_ lane: Int) -> UInt64 { unsafe lanes[4 + lane] }
    @inline(__always) func mixed(_ lane: Int) -> UInt64 { unsafe lanes[8 + lane] }
    @inline(__always) func digits(_ lane: Int) -> UInt64 { unsafe lanes[12 + lane] }
    @inline(__always) func escaped(_ lane: Int) -> UInt64 { unsafe lanes[16 + lane] }
    @inline(__always) func joint(_ lane: Int) -> UInt64 { unsafe lanes[20 + lane] }
    @inline(__always) func literal(_ lane: Int) -> UInt64 { unsafe lanes[24 + lane] }

    @inline(__always) private var lanes: UnsafePointer<UInt64> {
        unsafe UnsafeRawPointer(self).assumingMemoryBound(to: UInt64.self)
    }
}
