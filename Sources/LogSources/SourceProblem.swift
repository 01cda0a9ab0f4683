/// Why a source, or a part of it, was not read. Each one makes a scan incomplete.
public enum SourceProblem: String, Sendable, Equatable {
    case missing = "is not there"
    case notPermitted = "may not be read"
    case notReadable = "could not be read"
    case notAFile = "is no file: a pipe, a socket or a device"
    case link = "is a symbolic link to a folder, which is not followed"
    case tooDeep = "is nested too deeply"
    case compressionNotSupported = "is compressed, and this build cannot decompress it"
    case compressedInput = "is compressed: name it as a file, or decompress it on its way here"
    case damagedArchive = "is damaged: the rest of the archive could not be decompressed"
    case truncatedArchive = "ends in the middle of an archive"
    case trailingBytes = "has bytes behind the archive that are no archive"
    case shrank = "became shorter while it was read"
    case replaced = "was replaced, and what of the old file was not read yet is gone"
    case replacedWhileRead = "was replaced while it was read: scan it again"
    case encodedTextUnread = "has compressed text inside of lines that was not decoded, or not to its end"
}
