internal import Glibc

/// The file a container's last words are read from: written only where it is there already.
public enum TerminationMessage {
    /// What Kubernetes keeps of it.
    public static let limit = 4096

    /// Cut to the limit; whatever goes wrong stays without consequence.
    public static func leave(_ text: String, at path: String) {
        let number = unsafe open(path, O_WRONLY | O_TRUNC | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard number >= 0 else { return }
        let bytes = Array(text.utf8.prefix(limit))
        try? FileDescriptor(number: number).write(bytes.span, path: path)
    }
}
