/// A path as the system gave it.
enum FoundPath: Equatable {
    case text(String)
    /// Not UTF-8: what is no ASCII is written as `\xNN`. Paths are text all the way down, so such a file is told, not read.
    case bytes(shown: String)

    init(_ name: UnsafePointer<CChar>, in folder: String) {
        if let text = unsafe String(validatingCString: name) {
            self = .text(folder + text)
            return
        }
        var shown = folder
        var index = 0
        while unsafe name[index] != 0 {
            let byte = unsafe UInt8(bitPattern: name[index])
            shown += byte < 0x80 ? String(Unicode.Scalar(byte)) : "\\x" + String(byte, radix: 16, uppercase: true)
            index += 1
        }
        self = .bytes(shown: shown)
    }

    var shown: String {
        switch self {
        case .text(let text): text
        case .bytes(let shown): shown
        }
    }
}
