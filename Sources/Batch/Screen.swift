internal import Synchronization
internal import System

/// Standard error, shared by log lines and the progress line, so that a log line stands above the bar.
final class Screen: Sendable {
    private let terminal: Terminal
    private let bar = Mutex<String>("")
    private static let eraseLine = "\r\u{1B}[2K"

    init(terminal: Terminal = .standardError()) {
        self.terminal = terminal
    }

    var isTerminal: Bool { terminal.isTerminal }
    var showsProgress: Bool { terminal.allowsRedraw }
    var width: Int { terminal.width }

    func line(_ text: String) {
        bar.withLock { (bar) -> Void in
            let erased = bar.isEmpty ? "" : Self.eraseLine
            terminal.write(erased + text + "\n" + bar)
        }
    }

    /// An empty text takes the bar away.
    func draw(_ text: String) {
        bar.withLock { (bar) -> Void in
            guard terminal.allowsRedraw, !(bar.isEmpty && text.isEmpty) else { return }
            bar = text
            terminal.write(Self.eraseLine + text)
        }
    }
}
